"""Read alignments from parquet tables with one row per recording.

A row has either one list of words as records or separate lists of texts, starts and ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from streamwer.config.alignment import PublishedConfig, WordColumnsConfig
from streamwer.errors import DatasetError
from streamwer.types import Word


def read_table(path: Path, config: PublishedConfig) -> Mapping[str, tuple[Word, ...]]:
    """Read the words of every recording, without unneeded columns (such as audio).

    Raises:
        DatasetError: the file is no parquet, lacks a column, or has a malformed row.
    """
    columns = config.columns
    try:
        schema = pq.read_schema(path)
        wanted = _select_columns(path, schema, columns)
        rows = pq.read_table(path, columns=wanted).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise DatasetError(f"{path}: not readable as parquet ({error})") from error
    words_by_id: dict[str, tuple[Word, ...]] = {}
    for number, row in enumerate(rows, start=1):
        where = f"{path}, row {number}"
        name = str(row[columns.id])
        if name in words_by_id:
            raise DatasetError(f"{where}: '{name}' occurs again")
        words_by_id[name] = tuple(_parse_words(row, columns, where))
    return words_by_id


def _select_columns(path: Path, schema: pa.Schema, columns: WordColumnsConfig) -> list[str]:
    """Select the columns to read: that of the words, and those of the times if separate."""
    wanted = [columns.id, columns.words]
    if columns.words in schema.names:
        kind = schema.field(columns.words).type
        if not pa.types.is_list(kind) and not pa.types.is_large_list(kind):
            raise DatasetError(f"{path}: column '{columns.words}' holds {kind}, not lists of words")
        if not pa.types.is_struct(kind.value_type):
            wanted += [columns.start, columns.end]
    missing = [name for name in wanted if name not in schema.names]
    if missing:
        raise DatasetError(
            f"{path}: no column '{missing[0]}' (alignment.columns); it has: "
            + ", ".join(schema.names)
        )
    return wanted


def _parse_words(row: Mapping[str, Any], columns: WordColumnsConfig, where: str) -> Iterator[Word]:
    for text, start, end in _read_parts(row, columns, where):
        times = isinstance(start, int | float) and isinstance(end, int | float)
        if not isinstance(text, str) or not times:
            raise DatasetError(f"{where}: a word is {text!r} from {start!r} to {end!r}")
        if not 0 <= start <= end or not isfinite(end):
            raise DatasetError(f"{where}: '{text}' lasts from {start:g} to {end:g} s")
        yield Word(text, float(start), float(end))


def _read_parts(
    row: Mapping[str, Any], columns: WordColumnsConfig, where: str
) -> Iterator[Sequence[Any]]:
    words = row[columns.words] or []
    if all(isinstance(word, Mapping) for word in words):
        keys = (columns.text, columns.start, columns.end)
        yield from ([word.get(key) for key in keys] for word in words)
        return
    starts, ends = row[columns.start] or [], row[columns.end] or []
    if not len(words) == len(starts) == len(ends):
        raise DatasetError(f"{where}: {len(words)} words, {len(starts)} starts, {len(ends)} ends")
    yield from zip(words, starts, ends, strict=True)
