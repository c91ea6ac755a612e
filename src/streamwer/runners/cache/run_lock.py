"""Which systems are being streamed just now: no two runs write one log, and none loses entries.

The operating system holds the locks: they end with their process, however it ends.
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
"""Whoever looks whether a run is still there holds its lock for a moment."""


@dataclass(frozen=True)
class Run:
    """A run in progress: its system, its process, and when it began (time of the file system).

    The process is named by its number, and by its host too where that is another: there are others
    of that number here.
    """

    system: str
    process: str
    began: float


@contextmanager
def running(folder: Path, system: str, out: Path) -> Iterator[None]:
    """Within the block the run of a system into `out` is the only one, and is known to others.

    Args:
        folder: of the store.

    Raises:
        StreamwerError: it is being run already; or the folder cannot be written.
    """
    path = folder / _FOLDER / f"{digests.of_text(str(out.resolve()))}.lock"
    with disk.writing(folder, REMEDY):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Without a buffer: what a full disk refuses is not tried again at the end.
        file = path.open("ab", buffering=0)
    with file:
        if not _locked(file, _TRIES):
            other = _said(path)
            raise StreamwerError(
                f"{out}: {other.system} is being streamed into it already, by process"
                f" {other.process}; wait until it has ended or end it"
                f" (kill {other.process}), and run again"
            )
        with disk.writing(folder, REMEDY):
            file.truncate(0)
            mine = {"system": system, "process": str(os.getpid()), "host": platform.node()}
            file.write(json.dumps(mine).encode())
        yield


def runs(folder: Path, but: Path | None = None) -> list[Run]:
    """The runs in progress that use a store.

    Args:
        but: not the one into this folder.
    """
    mine = "" if but is None else digests.of_text(str(but.resolve()))
    locks = sorted((folder / _FOLDER).glob("*.lock"))
    return [_said(path) for path in locks if path.stem != mine and _is_held(path)]


def _is_held(path: Path) -> bool:
    with path.open("ab") as file:
        return not _locked(file, tries=1)


def _locked(file: IO[bytes], tries: int) -> bool:
    for at in range(tries):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S if at + 1 < tries else 0)
        else:
            return True
    return False


def _said(path: Path) -> Run:
    """What a run said of itself; it may be about to."""
    try:
        values = json.loads(path.read_text())
        process, host = str(values["process"]), values.get("host", platform.node())
        there = "" if host == platform.node() else f" on {host}"
        return Run(str(values["system"]), f"{process}{there}", path.stat().st_mtime)
    except (OSError, ValueError, KeyError, TypeError):
        return Run("?", "?", 0.0)
