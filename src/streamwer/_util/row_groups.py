"""Parquet files written batch by batch: the same rows give the same bytes in any batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


class RowGroupWriter:
    """Writes one file in row groups of `size` rows, and holds no more than one of them.

    A context manager: the last group is written when the block ends without an error. All batches
    have the schema of the first one, which may have no row.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._groups = 0
        self._metadata: dict[str, str] = {}

    def __enter__(self) -> RowGroupWriter:
        return self

    def __exit__(self, *error: object) -> None:
        if self._waiting and not any(error):
            rows = pa.concat_tables(self._waiting)
            if len(rows) or not self._groups:
                self._write(rows)
        if self._writer:
            self._writer.add_key_value_metadata(self._metadata)
            self._writer.close()

    def add(self, rows: pa.Table) -> None:
        """Append rows."""
        self._waiting.append(rows)
        while sum(map(len, self._waiting)) >= self._size:
            waiting = pa.concat_tables(self._waiting)
            self._write(waiting.slice(0, self._size))
            self._waiting = [waiting.slice(self._size)]

    def set_metadata(self, key: str, value: str) -> None:
        """Set metadata of the file that is known only after its rows."""
        self._metadata[key] = value

    def _write(self, rows: pa.Table) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, rows.schema)
        self._writer.write_table(rows.combine_chunks())  # pages must not depend on the batches
        self._groups += 1


@contextmanager
def replace_files(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield temporary paths; replace `paths` by them when the block ends without an error."""
    partial = [path.with_name(path.name + ".partial") for path in paths]
    try:
        yield partial
        for written, path in zip(partial, paths, strict=True):
            written.replace(path)  # a reader never meets half a file
    finally:
        for written in partial:
            written.unlink(missing_ok=True)
