"""Parquet files that are written part by part: the same rows give the same bytes in any parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


class RowGroups:
    """One file, in row groups of `size` rows, of which no more than one is held.

    A context manager: what waits is written when the block ends without an error. All parts have
    the schema of the first one, which may be without a row.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._groups = 0
        self._stamp: dict[str, str] = {}

    def __enter__(self) -> RowGroups:
        return self

    def __exit__(self, *error: object) -> None:
        if self._waiting and not any(error):
            rows = pa.concat_tables(self._waiting)
            if len(rows) or not self._groups:
                self._write(rows)
        if self._writer:
            self._writer.add_key_value_metadata(self._stamp)
            self._writer.close()

    def add(self, rows: pa.Table) -> None:
        """Rows that come after all earlier ones."""
        self._waiting.append(rows)
        while sum(map(len, self._waiting)) >= self._size:
            waiting = pa.concat_tables(self._waiting)
            self._write(waiting.slice(0, self._size))
            self._waiting = [waiting.slice(self._size)]

    def stamp(self, key: str, value: str) -> None:
        """Metadata of the file that is known only after its rows."""
        self._stamp[key] = value

    def _write(self, rows: pa.Table) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, rows.schema)
        self._writer.write_table(rows.combine_chunks())  # pages must not depend on the parts
        self._groups += 1


@contextmanager
def replacing(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Where to write files that take the places of `paths` when all of them are whole."""
    partial = [path.with_name(path.name + ".partial") for path in paths]
    try:
        yield partial
        for written, path in zip(partial, paths, strict=True):
            written.replace(path)  # a reader never meets half a file
    finally:
        for written in partial:
            written.unlink(missing_ok=True)
