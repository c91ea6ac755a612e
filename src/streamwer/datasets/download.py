"""Download of files from the hub: resumed where it broke off, and verified.

The hub's own client starts a file again that broke off in another run. Here the next run goes on
from the last piece that arrived whole.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import IO

from filelock import FileLock
from huggingface_hub import HfFileSystem

from streamwer._util import disk
from streamwer.datasets.hub_listing import ROOM, Listing, Shard, cache_folder, guard_cache_writes
from streamwer.datasets.rows import DownloadProgress
from streamwer.errors import DatasetError
from streamwer.provenance import digests

PIECE = 8 << 20
"""Bytes that are asked for at once, and so the most that is lost when the connection breaks."""


def find_local(listing: Listing, shard: Shard) -> Path | None:
    """Find a file that was downloaded before."""
    here = get_local_path(listing, shard)
    return here if here.is_file() and here.stat().st_size == shard.size else None


def open_remote(listing: Listing, shard: Shard, ahead: int = 0) -> IO[bytes]:
    """Open a file on the hub, of which only what is read is fetched.

    Args:
        listing: of the data set.
        shard: one file of it.
        ahead: bytes to fetch after those that are read.
    """
    name = f"datasets/{listing.repository}@{listing.commit}/{shard.path}"
    options = {"block_size": ahead} if ahead else {"block_size": PIECE, "cache_type": "none"}
    opened: IO[bytes] = HfFileSystem().open(name, size=shard.size, **options)
    return opened


def download_shard(
    listing: Listing, shard: Shard, progress: DownloadProgress | None = None
) -> Path:
    """Download a file if it is not on this machine.

    Args:
        listing: of the data set.
        shard: one file of it.
        progress: called for each piece that has arrived.

    Raises:
        DatasetError: what arrived is not what the hub lists, or there is no room for it.
        DiskError: it cannot be written after all.
    """
    whole = get_local_path(listing, shard)
    partial = whole.with_name(f"{whole.name}.partial")
    with guard_cache_writes(whole.parent):
        whole.parent.mkdir(parents=True, exist_ok=True)
        locked = FileLock(whole.with_name(f"{whole.name}.lock")).acquire()
    with locked:
        if find_local(listing, shard):
            return whole
        _download_rest(listing, shard, partial, progress or (lambda name, done, total: None))
        if digests.digest_as_hub(partial, len(shard.digest)) != shard.digest:
            partial.unlink()
            raise DatasetError(
                f"{shard.path}: what arrived is not what the hub lists (its digest is another);"
                " it was deleted: try again"
            )
        partial.replace(whole)
    return whole


def get_local_path(listing: Listing, shard: Shard) -> Path:
    """Return the path of a downloaded file."""
    return cache_folder(listing.repository) / listing.commit / shard.path


def _download_rest(
    listing: Listing, shard: Shard, partial: Path, progress: DownloadProgress
) -> None:
    # Without a buffer: what a full disk refuses is not tried again when the file is closed.
    with partial.open("ab", buffering=0) as file:
        done = file.tell()
        if done > shard.size:
            done = file.truncate(0)
        _refuse_full_disk(partial, shard, shard.size - done)
        progress(shard.path, done, shard.size)
        if done == shard.size:
            return
        with open_remote(listing, shard) as source:
            source.seek(done)
            while done < shard.size and (piece := source.read(min(PIECE, shard.size - done))):
                with guard_cache_writes(partial.parent):
                    disk.write_all(file.fileno(), piece)
                done += len(piece)
                progress(shard.path, done, shard.size)


def _refuse_full_disk(partial: Path, shard: Shard, missing: int) -> None:
    free = shutil.disk_usage(partial.parent).free
    if missing > free:
        raise DatasetError(
            f"{shard.path}: {missing / 1e9:.1f} GB are wanted, and the disk of {partial.parent}"
            f" has {free / 1e9:.1f} GB; {ROOM}"
        )
