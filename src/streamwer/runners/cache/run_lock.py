"""Locks of the runs in progress, so that no two write one log and none loses cache entries.

The operating system holds the locks, so they end with their process, however it ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from streamwer._util import disk
from streamwer.errors import StreamwerError
from streamwer.provenance import digests
from streamwer.runners.cache.store import REMEDY

_FOLDER = "running"
_TRIES, _PAUSE_S = 5, 0.05
"""Retries, since a process that checks whether a run lives holds its lock for a moment."""


@dataclass(frozen=True)
class RunLock:
    """A run in progress, as its lock file describes it.

    Attributes:
        system: its name.
        process: its number, with the host's name where it runs on another host.
        start_time: seconds, on the clock of the file system.
    """

    system: str
    process: str
    start_time: float


@contextmanager
def hold_run_lock(folder: Path, system: str, out: Path) -> Iterator[None]:
    """Hold the lock of a run into a folder within the block, visible to other processes.

    Args:
        folder: of the store.
        system: name of the system.
        out: folder of its log.

    Raises:
        StreamwerError: another process holds the lock, or the folder cannot be written.
    """
    path = folder / _FOLDER / f"{digests.digest_text(str(out.resolve()))}.lock"
    with disk.explain_write_errors(folder, REMEDY):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered, so that closing does not repeat a write that a full disk has refused.
        file = path.open("ab", buffering=0)
    with file:
        if not _try_lock(file, _TRIES):
            other = _read_lock(path)
            raise StreamwerError(
                f"{out}: {other.system} is being streamed into it already, by process"
                f" {other.process}; wait until it has ended or end it"
                f" (kill {other.process}), and run again"
            )
        with disk.explain_write_errors(folder, REMEDY):
            file.truncate(0)
            description = {"system": system, "process": str(os.getpid()), "host": platform.node()}
            file.write(json.dumps(description).encode())
        yield


def list_run_locks(folder: Path, exclude: Path | None = None) -> list[RunLock]:
    """List the runs in progress that use a store.

    Args:
        folder: of the store.
        exclude: leave out the run into this folder.
    """
    excluded = "" if exclude is None else digests.digest_text(str(exclude.resolve()))
    locks = sorted((folder / _FOLDER).glob("*.lock"))
    return [_read_lock(path) for path in locks if path.stem != excluded and _is_held(path)]


def _is_held(path: Path) -> bool:
    with path.open("ab") as file:
        return not _try_lock(file, tries=1)


def _try_lock(file: IO[bytes], tries: int) -> bool:
    for at in range(tries):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S if at + 1 < tries else 0)
        else:
            return True
    return False


def _read_lock(path: Path) -> RunLock:
    """Read the description of a run; its file may still be empty."""
    try:
        values = json.loads(path.read_text())
        process, host = str(values["process"]), values.get("host", platform.node())
        there = "" if host == platform.node() else f" on {host}"
        return RunLock(str(values["system"]), f"{process}{there}", path.stat().st_mtime)
    except (OSError, ValueError, KeyError, TypeError):
        return RunLock("?", "?", 0.0)
