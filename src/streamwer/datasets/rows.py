"""Rows as a source delivers them, and how a row's columns become a recording's fields."""

from __future__ import annotations

import dataclasses
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from streamwer.audio.decoding import Samples
from streamwer.config.dataset import AUTO, USUAL_COLUMNS, ColumnsConfig
from streamwer.errors import ConfigError, DatasetError
from streamwer.formats import recording_ids, word_times
from streamwer.formats.format_value import told
from streamwer.types import Word

DEFAULT_ID = ColumnsConfig().id


@dataclass(frozen=True)
class Row:
    """One row of a source, unchecked.

    Attributes:
        where: how an error names it: "row 3".
        values: column name → value, as the source has it.
        stem: its name, with its channel or segment: the id of a row whose source has no id column.
        sound: decodes the audio to pieces of float32 samples at 16 kHz, each of shape (n,);
            raises a `StreamwerError`, perhaps after some pieces, if it cannot.
        whole: decodes the recording that this row is a segment of; None where it is no segment.
        within: the name of that recording; empty where it is no segment. Rows with such a name are
            held until all are read.
        path: of the audio in the data set's folder, composed, without suffix; "" of none.
        note: what a reader of the figures must know of its reference.
        unscored: stretches of its audio in which nothing is scored, seconds.
        readings: its transcript with NIST's marks, where words may be optional or others.
        unnamed: its place before it had an id that is made of it; "" where its source names it.
    """

    where: str
    values: Mapping[str, object]
    stem: str
    sound: Callable[[], Iterator[Samples]]
    whole: Callable[[], Iterator[Samples]] | None = None
    within: str = ""
    path: str = ""
    note: str = ""
    unnamed: str = ""
    unscored: tuple[tuple[float, float], ...] = ()
    readings: str = ""

    @property
    def place(self) -> str:
        """Its stem, in the folder that its audio lies in; composed, as its path is."""
        return posixpath.join(posixpath.dirname(self.path), recording_ids.composed(self.stem))


@dataclass(frozen=True)
class Unusable:
    """A row that cannot be used, and why."""

    where: str
    reason: str


@dataclass(frozen=True)
class Source:
    """Where rows come from.

    Attributes:
        name: how an error names it: a file, or a repository and its revision.
        columns: the columns it has.
        rows: read once, in the source's own order; those that could not even be parsed too.
        total: how many rows there are, where that is known beforehand.
        named: what its columns are called, where the form itself says so and not the config.
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
    rows: Iterable[Row | Unusable]
    total: int | None = None
    named: ColumnsConfig | None = None
    form: str = ""
    sample: Callable[[int, int], Iterable[Row | Unusable]] | None = None
    commit: str = ""
    problems: tuple[Unusable, ...] = ()
    remedy: str = ""


@dataclass(frozen=True)
class Fields:
    """What a row says about a recording, apart from its audio."""

    recording: str
    text: str
    speaker: str
    condition: str
    words: tuple[Word, ...]
    session: str = ""
    language: str = ""


def present(columns: ColumnsConfig, source: Source) -> ColumnsConfig:
    """The columns to read: as the form has them, or as configured, less a default id that is not.

    Raises:
        ConfigError: `audio` or `text` names no column.
        DatasetError: the source lacks a configured column.
    """
    configured = dataclasses.asdict(resolve_columns(source.named or columns, source.columns))
    for name in ("audio", "text"):
        if not configured[name]:
            raise ConfigError(f"dataset.columns.{name}: must name a column")
    if configured["id"] == DEFAULT_ID and DEFAULT_ID not in source.columns:
        configured["id"] = ""
    missing = [
        f"'{part}' (dataset.columns.{name})"
        for name, column in configured.items()
        for part in (parts(column) if name == "id" else [column])
        if part and part not in source.columns
    ]
    if missing:
        has = ", ".join(source.columns) or "none"
        raise DatasetError(
            f"{source.name}: no column {' and no '.join(missing)}; it has: {has}{source.remedy}"
        )
    return ColumnsConfig(**configured)


def resolve_columns(columns: ColumnsConfig, available: Collection[str]) -> ColumnsConfig:
    """Put the columns that there are in place of `auto`; no column where there is none.

    Args:
        columns: as configured.
        available: the names of the source's columns.
    """
    usual = {
        key: next((name for name in names if name in available), "")
        for key, names in USUAL_COLUMNS.items()
        if getattr(columns, key) == AUTO
    }
    return dataclasses.replace(columns, **usual)


def parts(column: str) -> list[str]:
    """The columns that an id is made of: "call+segment" are two."""
    return column.split("+")


def fields(row: Row, columns: ColumnsConfig, unscored: Collection[str] = ()) -> Fields:
    """The recording's fields, checked.

    Args:
        row: of the source.
        columns: where they are.
        unscored: transcripts that mark a stretch of audio which is not to be scored.

    Raises:
        DatasetError: the id cannot be a file name, there is no transcript or it is unscored, a
            value has the wrong type, or the words are not those of the transcript. Does not name
            the row.
    """
    if row.values.get(columns.text) is None:
        raise DatasetError(f"it has no transcript (column '{columns.text}'); an empty one is ''")
    text = _text(row, columns.text)
    if text.strip() in unscored:
        raise DatasetError(f"marked as not to be scored: '{text.strip()}' (dataset.unscored)")
    named = "-".join(_text(row, part) for part in parts(columns.id)) if columns.id else row.stem
    return Fields(
        recording=_id(named),
        text=text,
        speaker=_text(row, columns.speaker),
        condition=_text(row, columns.condition) or "clean",
        words=word_times.parse(row.values.get(columns.words), text) if columns.words else (),
        session=_text(row, columns.session),
        language=_text(row, columns.language).strip(),
    )


def _id(value: str) -> str:
    if not value:
        raise DatasetError("the id is empty")
    name = recording_ids.composed(value)
    if not recording_ids.is_id(name):
        raise DatasetError(
            f"the id '{told(value)}' cannot be a file name; "
            "use at most 120 letters, digits, dots, hyphens and underscores"
        )
    return name


def _text(row: Row, column: str) -> str:
    value = row.values.get(column) if column else None
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise DatasetError(f"column '{column}' holds {told(value)}, not a text")
    text = str(value)
    if not word_times.writable(text):
        raise DatasetError(f"column '{column}' holds broken characters: '{told(text)}'")
    return text
