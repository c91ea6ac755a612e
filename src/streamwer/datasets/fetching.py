"""A file from the hub: as far as it came is kept, what came is verified, and then stays.

The hub's own client starts a file again that broke off in another run. Here the next run goes on
from the last piece that arrived whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import IO

from filelock import FileLock
from huggingface_hub import HfFileSystem

from streamwer._util import disk
from streamwer.datasets.listing import ROOM, Listing, Shard, place, writing
from streamwer.errors import DatasetError
from streamwer.provenance import digests

PIECE = 8 << 20
"""Bytes that are asked for at once, and so the most that is lost when the connection breaks."""

Told = Callable[[str, int, int], None]
"""Told a file's name, how many bytes of it are there, and how many it has."""


def kept(listing: Listing, shard: Shard) -> Path | None:
    """The file, if it was fetched before."""
    here = path(listing, shard)
    return here if here.is_file() and here.stat().st_size == shard.size else None


def remote(listing: Listing, shard: Shard, ahead: int = 0) -> IO[bytes]:
    """The file on the hub: only what is read is asked for, and so many bytes after it."""
    name = f"datasets/{listing.repository}@{listing.commit}/{shard.path}"
    options = {"block_size": ahead} if ahead else {"block_size": PIECE, "cache_type": "none"}
    opened: IO[bytes] = HfFileSystem().open(name, size=shard.size, **options)
    return opened


def fetch(listing: Listing, shard: Shard, told: Told | None = None) -> Path:
    """The file on this machine, fetched if it is not there.

    Args:
        listing: of the data set.
        shard: one file of it.
        told: of each piece that has arrived.

    Raises:
        DatasetError: what arrived is not what the hub lists, or there is no room for it.
        DiskError: it cannot be written after all.
    """
    whole = path(listing, shard)
    partial = whole.with_name(f"{whole.name}.partial")
    with writing(whole.parent):
        whole.parent.mkdir(parents=True, exist_ok=True)
        locked = FileLock(whole.with_name(f"{whole.name}.lock")).acquire()
    with locked:
        if kept(listing, shard):
            return whole
        _fill(listing, shard, partial, told or (lambda name, done, total: None))
        if digests.as_listed(partial, len(shard.digest)) != shard.digest:
            partial.unlink()
            raise DatasetError(
                f"{shard.path}: what arrived is not what the hub lists (its digest is another);"
                " it was deleted: try again"
            )
        partial.replace(whole)
    return whole


def path(listing: Listing, shard: Shard) -> Path:
    """Where the file lies when it was fetched."""
    return place(listing.repository) / listing.commit / shard.path


def _fill(listing: Listing, shard: Shard, partial: Path, told: Told) -> None:
    # Without a buffer: what a full disk refuses is not tried again when the file is closed.
    with partial.open("ab", buffering=0) as file:
        done = file.tell()
        if done > shard.size:
            done = file.truncate(0)
        _refuse_full_disk(partial, shard, shard.size - done)
        told(shard.path, done, shard.size)
        if done == shard.size:
            return
        with remote(listing, shard) as source:
            source.seek(done)
            while done < shard.size and (piece := source.read(min(PIECE, shard.size - done))):
                with writing(partial.parent):
                    disk.write(file.fileno(), piece)
                done += len(piece)
                told(shard.path, done, shard.size)


def _refuse_full_disk(partial: Path, shard: Shard, missing: int) -> None:
    free = shutil.disk_usage(partial.parent).free
    if missing > free:
        raise DatasetError(
            f"{shard.path}: {missing / 1e9:.1f} GB are wanted, and the disk of {partial.parent}"
            f" has {free / 1e9:.1f} GB; {ROOM}"
        )
