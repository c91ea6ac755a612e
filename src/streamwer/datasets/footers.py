"""What a Parquet file on the hub holds, from its footer alone: the file need not be fetched for it.

A footer that was read is kept beside the files that are fetched, so that rows can be drawn again
without the hub.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from streamwer._util import disk
from streamwer.datasets import fetching, listing
from streamwer.datasets.listing import Listing, Shard
from streamwer.errors import DatasetError

_AHEAD = 1 << 20
"""Bytes that are asked for at once: nearly every footer is shorter."""


def read(found: Listing, shard: Shard, keep: bool) -> parquet.FileMetaData:
    """The footer of a file: of what was fetched, as it was kept, or from the hub.

    Args:
        found: of the data set.
        shard: one file of it.
        keep: what is read from the hub.

    Raises:
        OSError: the hub cannot be reached, as its client says it.
        ArrowException: the file is not Parquet.
        DiskError: it cannot be kept.
    """
    here = fetching.kept(found, shard)
    if here:
        return parquet.read_metadata(here)
    path = _path(found, shard)
    known = _known(path)
    if known:
        return known
    with fetching.remote(found, shard, _AHEAD) as file:
        footer = parquet.read_metadata(file)
    if keep:
        with listing.writing(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            disk.replace(path, _contents(footer))
    return footer


def check(
    found: Listing, shard: Shard, table: parquet.ParquetFile, footer: parquet.FileMetaData
) -> None:
    """Refuse a footer that is not that of the file: rows were drawn by it.

    Raises:
        DatasetError: they have other numbers of rows. It is forgotten.
    """
    if table.metadata.num_rows != footer.num_rows:
        _path(found, shard).unlink(missing_ok=True)
        raise DatasetError(f"{shard.path}: its footer as it was kept is of another file: try again")


def _path(found: Listing, shard: Shard) -> Path:
    path = fetching.path(found, shard)
    return path.with_name(f"{path.name}.footer")


def _known(path: Path) -> parquet.FileMetaData | None:
    try:
        return parquet.read_metadata(path)
    except (pa.ArrowException, OSError):  # not there, or spoilt: it is read again
        return None


def _contents(footer: parquet.FileMetaData) -> bytes:
    sink = pa.BufferOutputStream()
    footer.write_metadata_file(sink)
    contents: bytes = sink.getvalue().to_pybytes()
    return contents
