"""The rows of a source become recordings; those that are cut from one recording, together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from streamwer import audio
from streamwer.config.dataset import ColumnsConfig, DatasetConfig
from streamwer.datasets import rows
from streamwer.datasets.concatenating import Take
from streamwer.datasets.ids import claim
from streamwer.datasets.problems import Outcome, Problems
from streamwer.datasets.rows import Fields, Row, Source, Unusable
from streamwer.errors import AudioError, DatasetError, DiskError, StreamwerError
from streamwer.formats import manifest, word_times
from streamwer.formats.format_value import printable
from streamwer.types import Reference

T = TypeVar("T")
Progress = Callable[[int, int | None], None]
"""Told the number of rows done, and of all where that is known."""


def collect(
    source: Source,
    columns: ColumnsConfig,
    config: DatasetConfig,
    folder: Path,
    progress: Progress | None,
) -> tuple[list[Take], Outcome]:
    """Write the audio of every row that can be used.

    Segments wait until all rows are read, so that a recording is decoded once, wherever in the
    source its segments stand.

    Args:
        source: of the rows.
        columns: where their fields are.
        config: of the source.
        folder: in which the audio is written.
        progress: told of the rows that are done.

    Returns:
        The recordings in the source's order, and what became of its rows.

    Raises:
        DatasetError: the source cannot be read, or none of its rows can be used.
        DiskError: temporary files cannot be written.
    """
    (folder / "audio").mkdir()
    reading = _Reading(columns, config, folder, progress, source.total)
    waiting: dict[str, list[_Said]] = {}
    for number, row in enumerate(source.rows):
        said = reading.said(number, row)
        if said and said.row.within:
            waiting.setdefault(said.row.within, []).append(said)
        elif said:
            reading.convert(said)
    for segments in waiting.values():
        for each in segments:
            reading.convert(each)
    return reading.outcome(source)


@dataclass(frozen=True)
class _Said:
    """A row, its place in the source, and what it says."""

    number: int
    row: Row
    fields: Fields


@dataclass
class _Reading:
    """What became of the rows so far, by their numbers; not the rows, which may hold audio."""

    columns: ColumnsConfig
    config: DatasetConfig
    folder: Path
    progress: Progress | None
    total: int | None
    taken: dict[str, str] = field(default_factory=dict)
    takes: dict[int, Take] = field(default_factory=dict)
    unusable: dict[int, Unusable] = field(default_factory=dict)
    broken: dict[int, Unusable] = field(default_factory=dict)
    notes: dict[int, Unusable] = field(default_factory=dict)

    def said(self, number: int, row: Row | Unusable) -> _Said | None:
        """What a row says; None if that is no use."""
        if isinstance(row, Unusable):
            self._note(number, row)
            return None
        try:
            fields = rows.fields(row, self.columns, self.config.unscored)
            claim(fields.recording, row.where, self.taken)
        except StreamwerError as error:
            self._note(number, Unusable(row.where, str(error)))
            return None
        return _Said(number, row, fields)

    def convert(self, said: _Said) -> None:
        """Write the audio of a row."""
        row, fields = said.row, said.fields
        try:
            reference, damage = self._write_audio(row, fields)
        except DatasetError as error:
            self._note(said.number, Unusable(row.where, str(error)))
            return
        reference = replace(
            reference,
            language=fields.language or self.config.language,
            place="" if row.unnamed == fields.recording else row.unnamed,
            unscored=row.unscored,
            readings=row.readings,
        )
        self.takes[said.number] = Take(reference, fields.session)
        if reference.broken:
            self.broken[said.number] = Unusable(row.where, reference.broken)
        if note := "; ".join(filter(None, (row.note, damage))):
            self.notes[said.number] = Unusable(row.where, note)
        self._tell()

    def outcome(self, source: Source) -> tuple[list[Take], Outcome]:
        """All of them, in the source's order.

        Raises:
            DatasetError: there is no recording among them.
        """
        noted = Problems(
            source.name,
            [*source.problems, *_ordered(self.unusable)],
            _ordered(self.broken),
            _ordered(self.notes),
        )
        if len(self.broken) == len(self.takes):
            noted.refuse()
        rows = len(source.problems) + len(self.takes) + len(self.unusable)
        return _ordered(self.takes), noted.outcome(source.form, rows)

    def _write_audio(self, row: Row, said: Fields) -> tuple[Reference, str]:
        """Write a row's audio; its recording, and what was wrong with its file."""
        with audio.collect_damage() as damage:
            refused = damage if self.config.damaged_audio == "refuse" else []
            reference = _converted(row, said, self.folder, refused)
        return reference, "" if reference.broken else "; ".join(damage)

    def _note(self, number: int, row: Unusable) -> None:
        self.unusable[number] = row
        self._tell()

    def _tell(self) -> None:
        if self.progress:
            self.progress(len(self.takes) + len(self.unusable), self.total)


def _ordered(found: dict[int, T]) -> list[T]:
    return [found[number] for number in sorted(found)]


def _converted(row: Row, said: Fields, folder: Path, refused: Sequence[str]) -> Reference:
    path = manifest.audio_path(said.recording)
    seconds, broken = 0.0, ""
    try:
        seconds = audio.seconds(audio.write_flac_chunks(folder / path, row.sound()))
        if refused:  # known when it is read
            raise AudioError("; ".join(refused))
    except DiskError:
        raise
    except StreamwerError as error:
        (folder / path).unlink(missing_ok=True)
        broken = printable(str(error))
    if not broken:
        try:
            word_times.check_inside(said.words, seconds)
        except DatasetError:
            (folder / path).unlink()
            raise
    return Reference(
        recording=said.recording,
        audio=path,
        seconds=seconds,
        text=said.text,
        speaker=said.speaker,
        condition=said.condition,
        words=said.words,
        broken=broken,
    )
