"""Conversion of the rows of a source to recordings with 16 kHz audio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from streamwer import audio
from streamwer.config.dataset import ColumnsConfig, DatasetConfig
from streamwer.datasets import rows
from streamwer.datasets.concatenation import SourceRecording
from streamwer.datasets.ids import claim_id
from streamwer.datasets.row_summary import RowProblems, RowSummary
from streamwer.datasets.rows import DatasetRow, Progress, RecordingFields, RowProblem, RowSource
from streamwer.errors import AudioError, DatasetError, DiskError, StreamwerError
from streamwer.formats import manifest, word_times
from streamwer.formats.format_value import escape_unprintable
from streamwer.types import Reference

T = TypeVar("T")


def convert_rows(
    source: RowSource,
    columns: ColumnsConfig,
    config: DatasetConfig,
    folder: Path,
    progress: Progress | None,
) -> tuple[list[SourceRecording], RowSummary]:
    """Write the audio of every row that can be used.

    Segments wait until all rows are read, so that a recording is decoded once, wherever in the
    source its segments stand.

    Args:
        source: of the rows.
        columns: where their fields are.
        config: of the source.
        folder: in which the audio is written.
        progress: called with the number of rows that are done.

    Returns:
        The recordings in the source's order, and the summary of its rows.

    Raises:
        DatasetError: the source cannot be read, or none of its rows can be used.
        DiskError: temporary files cannot be written.
    """
    (folder / "audio").mkdir()
    conversion = _Conversion(columns, config, folder, progress, source.total)
    waiting: dict[str, list[_ParsedRow]] = {}
    for number, row in enumerate(source.rows):
        parsed = conversion.parse(number, row)
        if parsed and parsed.row.segment_of:
            waiting.setdefault(parsed.row.segment_of, []).append(parsed)
        elif parsed:
            conversion.convert(parsed)
    for segments in waiting.values():
        for each in segments:
            conversion.convert(each)
    return conversion.finish(source)


@dataclass(frozen=True)
class _ParsedRow:
    """A row, its number in the source, and its fields."""

    number: int
    row: DatasetRow
    fields: RecordingFields


@dataclass
class _Conversion:
    """The results so far, by the rows' numbers; not the rows, which may hold audio."""

    columns: ColumnsConfig
    config: DatasetConfig
    folder: Path
    progress: Progress | None
    total: int | None
    ids: dict[str, str] = field(default_factory=dict)
    recordings: dict[int, SourceRecording] = field(default_factory=dict)
    unusable: dict[int, RowProblem] = field(default_factory=dict)
    broken: dict[int, RowProblem] = field(default_factory=dict)
    notes: dict[int, RowProblem] = field(default_factory=dict)

    def parse(self, number: int, row: DatasetRow | RowProblem) -> _ParsedRow | None:
        """Parse a row; None if it cannot be used."""
        if isinstance(row, RowProblem):
            self._add_problem(number, row)
            return None
        try:
            fields = rows.parse_fields(row, self.columns, self.config.ignored_transcripts)
            claim_id(fields.recording, row.where, self.ids)
        except StreamwerError as error:
            self._add_problem(number, RowProblem(row.where, str(error)))
            return None
        return _ParsedRow(number, row, fields)

    def convert(self, parsed: _ParsedRow) -> None:
        """Write the audio of a row."""
        row, fields = parsed.row, parsed.fields
        try:
            reference, damage = self._write_audio(row, fields)
        except DatasetError as error:
            self._add_problem(parsed.number, RowProblem(row.where, str(error)))
            return
        reference = replace(
            reference,
            language=fields.language or self.config.language,
            place="" if row.original_place == fields.recording else row.original_place,
            ignored_segments=row.ignored_segments,
            readings=row.readings,
            turns=row.turns,
            entities=fields.entities,
        )
        self.recordings[parsed.number] = SourceRecording(reference, fields.session)
        if reference.broken:
            self.broken[parsed.number] = RowProblem(row.where, reference.broken)
        if note := "; ".join(filter(None, (row.note, damage))):
            self.notes[parsed.number] = RowProblem(row.where, note)
        self._report_progress()

    def finish(self, source: RowSource) -> tuple[list[SourceRecording], RowSummary]:
        """Return the recordings in the source's order, and the summary of the rows.

        Raises:
            DatasetError: there is no recording among them.
        """
        problems = RowProblems(
            source.name,
            [*source.problems, *_sort_by_number(self.unusable)],
            _sort_by_number(self.broken),
            _sort_by_number(self.notes),
        )
        if len(self.broken) == len(self.recordings):
            problems.refuse()
        rows = len(source.problems) + len(self.recordings) + len(self.unusable)
        return _sort_by_number(self.recordings), problems.summarise(source.form, rows)

    def _write_audio(self, row: DatasetRow, fields: RecordingFields) -> tuple[Reference, str]:
        """Write a row's audio; return its recording, and what was wrong with its file."""
        with audio.collect_damage() as damage:
            refused_damage = damage if self.config.damaged_audio == "refuse" else []
            reference = _write_recording(row, fields, self.folder, refused_damage)
        return reference, "" if reference.broken else "; ".join(damage)

    def _add_problem(self, number: int, row: RowProblem) -> None:
        self.unusable[number] = row
        self._report_progress()

    def _report_progress(self) -> None:
        if self.progress:
            self.progress(len(self.recordings) + len(self.unusable), self.total)


def _sort_by_number(values: dict[int, T]) -> list[T]:
    return [values[number] for number in sorted(values)]


def _write_recording(
    row: DatasetRow, fields: RecordingFields, folder: Path, refused_damage: Sequence[str]
) -> Reference:
    path = manifest.audio_path(fields.recording)
    seconds, broken = 0.0, ""
    try:
        seconds = audio.samples_to_seconds(audio.write_flac_chunks(folder / path, row.open_audio()))
        if refused_damage:  # known when it is read
            raise AudioError("; ".join(refused_damage))
    except DiskError:
        raise
    except StreamwerError as error:
        (folder / path).unlink(missing_ok=True)
        broken = escape_unprintable(str(error))
    if not broken:
        try:
            word_times.check_word_ends(fields.words, seconds)
        except DatasetError:
            (folder / path).unlink()
            raise
    return Reference(
        recording=fields.recording,
        audio=path,
        seconds=seconds,
        text=fields.text,
        speaker=fields.speaker,
        condition=fields.condition,
        words=fields.words,
        broken=broken,
    )
