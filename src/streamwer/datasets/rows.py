"""Rows as a source delivers them, and how a row's columns become a recording's fields."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from streamwer.audio import Samples
from streamwer.config import ColumnsConfig
from streamwer.datasets import words
from streamwer.errors import ConfigError, DatasetError
from streamwer.transcript import Word

DEFAULT_ID = ColumnsConfig().id
# An id becomes a file name, also on file systems that allow less than Linux does.
_ID = re.compile(r"[^\W_][\w .,+=@()\[\]-]{0,119}")


@dataclass(frozen=True)
class Row:
    """One row of a source, unchecked.

    Attributes:
        where: how an error names it: "row 3".
        values: column name → value, as the source has it.
        stem: the id of a row whose source has no id column.
        load: decodes the audio to float32 samples at 16 kHz, shape (n,); raises a
            `StreamwerError` if it cannot.
    """

    where: str
    values: Mapping[str, object]
    stem: str
    load: Callable[[], Samples]


@dataclass(frozen=True)
class Source:
    """Where rows come from.

    Attributes:
        name: how an error names it: a file, or a repository and its revision.
        columns: the columns it has.
        rows: read once, in the source's own order.
        total: how many rows there are, where that is known beforehand.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Row]
    total: int | None = None


@dataclass(frozen=True)
class Fields:
    """What a row says about a recording, apart from its audio."""

    recording: str
    text: str
    speaker: str
    condition: str
    words: tuple[Word, ...]


def present(columns: ColumnsConfig, source: Source) -> ColumnsConfig:
    """The columns to read: as configured, but without the default id column if there is none.

    Raises:
        ConfigError: `audio` or `text` names no column.
        DatasetError: the source lacks a configured column.
    """
    configured = {field.name: getattr(columns, field.name) for field in dataclasses.fields(columns)}
    for name in ("audio", "text"):
        if not configured[name]:
            raise ConfigError(f"dataset.columns.{name}: must name a column")
    if configured["id"] == DEFAULT_ID and DEFAULT_ID not in source.columns:
        configured["id"] = ""
    missing = [
        f"'{column}' (dataset.columns.{name})"
        for name, column in configured.items()
        if column and column not in source.columns
    ]
    if missing:
        has = ", ".join(source.columns) or "none"
        raise DatasetError(f"{source.name}: no column {' and no '.join(missing)}; it has: {has}")
    return ColumnsConfig(**configured)


def fields(row: Row, columns: ColumnsConfig) -> Fields:
    """The recording's fields, checked.

    Raises:
        DatasetError: the id cannot be a file name, the transcript is empty, a value has the
            wrong type, or the words are not those of the transcript. Does not name the row.
    """
    text = _text(row, columns.text)
    if not text.strip():
        raise DatasetError(f"the transcript is empty (column '{columns.text}')")
    return Fields(
        recording=_id(_text(row, columns.id) if columns.id else row.stem),
        text=text,
        speaker=_text(row, columns.speaker),
        condition=_text(row, columns.condition) or "clean",
        words=words.parse(row.values.get(columns.words), text) if columns.words else (),
    )


def _id(value: str) -> str:
    if not value:
        raise DatasetError("the id is empty")
    if not _ID.fullmatch(value) or value.endswith((".", " ")):
        raise DatasetError(
            f"the id '{value}' cannot be a file name; "
            "use at most 120 letters, digits, dots, hyphens and underscores"
        )
    return value


def _text(row: Row, column: str) -> str:
    value = row.values.get(column) if column else None
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise DatasetError(f"column '{column}' holds {value!r}, not a text")
    text = str(value)
    if not words.writable(text):
        raise DatasetError(f"column '{column}' holds broken characters: {text!r}")
    return text
