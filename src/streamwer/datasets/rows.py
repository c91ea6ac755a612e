"""Rows of a data set: what a source delivers, and the fields that its columns hold."""

from __future__ import annotations

import dataclasses
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from streamwer.audio.decoding import Samples
from streamwer.config.dataset import AUTO, USUAL_COLUMNS, ColumnsConfig
from streamwer.errors import ConfigError, DatasetError
from streamwer.formats import recording_ids, word_times
from streamwer.formats.entities import locate_entities
from streamwer.formats.format_value import format_value
from streamwer.text.words import split_words
from streamwer.types import Word

_MISSED = {key: USUAL_COLUMNS[key][0] for key in ("audio", "text")}
DEFAULT_ID = ColumnsConfig().id
OpenAudio = Callable[[], Iterator[Samples]]
"""Decodes audio to pieces of float32 samples at 16 kHz, each of shape (n,).

It raises a `StreamwerError`, perhaps after some pieces, if it cannot.
"""
Progress = Callable[[int, int | None], None]
"""Called with the number of rows done, and of all where that is known."""
DownloadProgress = Callable[[str, int, int], None]
"""Called with a file's name, the number of its bytes that are there, and its size."""


@dataclass(frozen=True)
class DatasetRow:
    """One row of a source, unchecked.

    Attributes:
        where: how an error names it: "row 3".
        values: column name → value, as the source has it.
        stem: its name, with its channel or segment: the id of a row whose source has no id column.
        open_audio: decodes its audio.
        open_whole: decodes the recording that this row is a segment of; None for no segment.
        segment_of: the name of that recording; empty for no segment. Rows with such a name are
            held until all are read.
        path: of the audio in the data set's folder, composed, without suffix; "" of none.
        note: what a reader of the figures must know of its reference.
        ignored_segments: begin and end of each part in which nothing is scored, seconds.
        readings: its transcript with NIST's marks, where words may be optional or others.
        turns: begin and end of each segment of its transcript, seconds, where it has segments.
        original_place: its place before an id was made of it; "" where its source has an id.
    """

    where: str
    values: Mapping[str, object]
    stem: str
    open_audio: OpenAudio
    open_whole: OpenAudio | None = None
    segment_of: str = ""
    path: str = ""
    note: str = ""
    original_place: str = ""
    ignored_segments: tuple[tuple[float, float], ...] = ()
    readings: str = ""
    turns: tuple[tuple[float, float], ...] = ()

    @property
    def place(self) -> str:
        """Its stem, in the folder that its audio lies in; composed, as its path is."""
        return posixpath.join(posixpath.dirname(self.path), recording_ids.normalise_nfc(self.stem))


@dataclass(frozen=True)
class RowProblem:
    """A row, or something else in a source, that cannot be used, and why."""

    where: str
    reason: str


@dataclass(frozen=True)
class RowSource:
    """A source of rows, such as a folder or a data set on the hub.

    Attributes:
        name: how an error names it: a file, or a repository and its revision.
        columns: the columns it has.
        rows: read once, in the source's own order; those that could not even be parsed too.
        total: how many rows there are, where that is known beforehand.
        reader_columns: names of its columns, where the reader and not the config sets them.
        form: what it was recognised as.
        sample: reads only so many rows, drawn by a seed, in their order; None where nothing is
            saved by that.
        commit: which revision of the source this is; empty where it has none.
        problems: what cannot be used and is no row: a file that nothing speaks of, a line of a list
            that rows are looked up in. All are told, however few of the rows are used.
        remedy: what else to do where it lacks a configured column.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterable[DatasetRow | RowProblem]
    total: int | None = None
    reader_columns: ColumnsConfig | None = None
    form: str = ""
    sample: Callable[[int, int], Iterable[DatasetRow | RowProblem]] | None = None
    commit: str = ""
    problems: tuple[RowProblem, ...] = ()
    remedy: str = ""


@dataclass(frozen=True)
class RecordingFields:
    """The fields of a recording, apart from its audio."""

    recording: str
    text: str
    speaker: str
    condition: str
    words: tuple[Word, ...]
    session: str = ""
    language: str = ""
    entities: tuple[str, ...] | None = None


def select_columns(columns: ColumnsConfig, source: RowSource) -> ColumnsConfig:
    """Select the columns to read: those of the reader, or as configured.

    The default id is left out where the source has none.

    Args:
        columns: as configured.
        source: of the rows.

    Raises:
        ConfigError: `audio` or `text` names no column.
        DatasetError: the source lacks a configured column.
    """
    configured = dataclasses.asdict(
        resolve_columns(source.reader_columns or columns, source.columns)
    )
    for name in ("audio", "text"):
        if not configured[name]:
            raise ConfigError(f"dataset.columns.{name}: must name a column")
    if configured["id"] == DEFAULT_ID and DEFAULT_ID not in source.columns:
        configured["id"] = ""
    missing = [
        f"'{part}' (dataset.columns.{name})"
        for name, column in configured.items()
        for part in (split_id_columns(column) if name == "id" else [column])
        if part and part not in source.columns
    ]
    if missing:
        has = ", ".join(source.columns) or "none"
        raise DatasetError(
            f"{source.name}: no column {' and no '.join(missing)}; it has: {has}{source.remedy}"
        )
    return ColumnsConfig(**configured)


def resolve_columns(columns: ColumnsConfig, available: Collection[str]) -> ColumnsConfig:
    """Replace `auto` by the usual column that the source has.

    Where it has none, there is no column, or for audio and text one that is then missed.

    Args:
        columns: as configured.
        available: the names of the source's columns.
    """
    usual = {
        key: next((name for name in names if name in available), _MISSED.get(key, ""))
        for key, names in USUAL_COLUMNS.items()
        if getattr(columns, key) == AUTO
    }
    return dataclasses.replace(columns, **usual)


def split_id_columns(column: str) -> list[str]:
    """Split the names of the columns that an id is made of: "call+segment" are two."""
    return column.split("+")


def parse_fields(
    row: DatasetRow, columns: ColumnsConfig, ignored: Collection[str] = ()
) -> RecordingFields:
    """Parse and check the fields of a recording.

    Args:
        row: of the source.
        columns: where they are.
        ignored: transcripts that mark audio which is not to be scored.

    Raises:
        DatasetError: the id cannot be a file name, there is no transcript or it is ignored, a
            value has the wrong type, or the words are not those of the transcript. Does not name
            the row.
    """
    if row.values.get(columns.text) is None:
        raise DatasetError(f"it has no transcript (column '{columns.text}'); an empty one is ''")
    text = _read_text(row, columns.text)
    if text.strip() in ignored:
        raise DatasetError(
            f"marked as not to be scored: '{text.strip()}' (dataset.ignored_transcripts)"
        )
    value = (
        "-".join(_read_text(row, part) for part in split_id_columns(columns.id))
        if columns.id
        else row.stem
    )
    return RecordingFields(
        recording=_check_id(value),
        text=text,
        speaker=_read_text(row, columns.speaker),
        condition=_read_text(row, columns.condition) or "clean",
        words=word_times.parse_word_times(row.values.get(columns.words), text)
        if columns.words
        else (),
        session=_read_text(row, columns.session),
        language=_read_text(row, columns.language).strip(),
        entities=_read_entities(row, columns.entities, text) if columns.entities else None,
    )


def _check_id(value: str) -> str:
    if not value:
        raise DatasetError("the id is empty")
    name = recording_ids.normalise_nfc(value)
    if not recording_ids.is_id(name):
        raise DatasetError(
            f"the id '{format_value(value)}' cannot be a file name; "
            "use at most 120 letters, digits, dots, hyphens and underscores"
        )
    return name


def _read_entities(row: DatasetRow, column: str, text: str) -> tuple[str, ...]:
    """Read the marked entities of a transcript; each must be in it as often as it is marked."""
    value = row.values.get(column)
    if not isinstance(value, list | tuple):
        value = _read_text(row, column).split(";")
    if not all(isinstance(each, str) for each in value):
        raise DatasetError(f"column '{column}' holds {format_value(value)}, not texts")
    marked = tuple(each.strip() for each in value if each.strip())
    places = locate_entities(marked, split_words(text))
    for entity, place in zip(marked, places, strict=True):
        if place is None:
            raise DatasetError(
                f"column '{column}': the transcript does not have '{format_value(entity)}', or not"
                " so often"
            )
    return marked


def _read_text(row: DatasetRow, column: str) -> str:
    value = row.values.get(column) if column else None
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise DatasetError(f"column '{column}' holds {format_value(value)}, not a text")
    text = str(value)
    if not word_times.is_valid_text(text):
        raise DatasetError(f"column '{column}' holds broken characters: '{format_value(text)}'")
    return text
