"""Footers of Parquet files on the hub: they say how many rows there are, without a download.

A footer that was read is kept beside the files that are fetched, so that rows can be drawn again
without the hub.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from streamwer._util import disk
from streamwer.datasets import download
from streamwer.datasets.hub_listing import Listing, Shard, guard_cache_writes
from streamwer.errors import DatasetError

_AHEAD = 1 << 20
"""Bytes that are asked for at once: nearly every footer is shorter."""


def read_footer(listing: Listing, shard: Shard, keep: bool) -> parquet.FileMetaData:
    """Read the footer of a file: of a download, as it was kept, or from the hub.

    Args:
        listing: of the data set.
        shard: one file of it.
        keep: whether to keep what is read from the hub.

    Raises:
        OSError: the hub cannot be reached, as its client says it.
        ArrowException: the file is not Parquet.
        DiskError: it cannot be kept.
    """
    here = download.find_local(listing, shard)
    if here:
        return parquet.read_metadata(here)
    path = _get_footer_path(listing, shard)
    known = _read_kept(path)
    if known:
        return known
    with download.open_remote(listing, shard, _AHEAD) as file:
        footer = parquet.read_metadata(file)
    if keep:
        with guard_cache_writes(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            disk.replace_file(path, _serialise(footer))
    return footer


def check_footer(
    listing: Listing, shard: Shard, table: parquet.ParquetFile, footer: parquet.FileMetaData
) -> None:
    """Refuse a footer that is not that of the file: rows were drawn by it.

    Args:
        listing: of the data set.
        shard: one file of it.
        table: the open file.
        footer: by which rows were drawn.

    Raises:
        DatasetError: they have other numbers of rows. It is forgotten.
    """
    if table.metadata.num_rows != footer.num_rows:
        _get_footer_path(listing, shard).unlink(missing_ok=True)
        raise DatasetError(f"{shard.path}: its footer as it was kept is of another file: try again")


def _get_footer_path(listing: Listing, shard: Shard) -> Path:
    path = download.get_local_path(listing, shard)
    return path.with_name(f"{path.name}.footer")


def _read_kept(path: Path) -> parquet.FileMetaData | None:
    try:
        return parquet.read_metadata(path)
    except (pa.ArrowException, OSError):  # not there, or spoilt: it is read again
        return None


def _serialise(footer: parquet.FileMetaData) -> bytes:
    sink = pa.BufferOutputStream()
    footer.write_metadata_file(sink)
    contents: bytes = sink.getvalue().to_pybytes()
    return contents
