"""Finished points, by a digest of everything that they depend on; of bounded size."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from streamwer._util import processes
from streamwer.errors import LogError
from streamwer.metrics import store
from streamwer.metrics.store import Scored

_PARTIAL = ".partial"


class Store:
    """Scores in a folder per key.

    An entry is written beside its place and moved there when it is whole: a process that is killed
    leaves no half entry, and two that write the same one do not meet.

    Args:
        root: the folder, made when something is put there.
        keep: how many entries stay; the least recently used go first.
    """

    def __init__(self, root: Path, keep: int) -> None:
        self._root, self._keep = root, keep

    def get(self, key: str) -> Scored | None:
        """The scores of a key, now the most recently used; None where there are none."""
        folder = self._root / key
        try:
            os.utime(folder)
            return store.read(folder)
        except OSError:  # not there
            return None
        except LogError:  # damaged, or another process is just dropping it
            shutil.rmtree(folder, ignore_errors=True)
            return None

    def put(self, key: str, scores: Scored) -> None:
        """Keep the scores; beyond `keep` entries the least recently used are dropped."""
        partial = self._root / f"{key}.{processes.name()}{_PARTIAL}"
        shutil.rmtree(partial, ignore_errors=True)
        store.write(partial, scores)
        try:
            partial.rename(self._root / key)
        except OSError:  # it is there already: the same key is the same result
            shutil.rmtree(partial)
        self._shrink()

    def _shrink(self) -> None:
        for left in self._root.glob(f"*{_PARTIAL}"):
            if _left_over(left):
                shutil.rmtree(left, ignore_errors=True)
        whole = [path for path in self._root.iterdir() if path.suffix != _PARTIAL]
        for old in sorted(whole, key=_used, reverse=True)[max(1, self._keep) :]:
            shutil.rmtree(old, ignore_errors=True)


def _used(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _left_over(partial: Path) -> bool:
    named = partial.name.removesuffix(_PARTIAL).partition(".")[2]
    return processes.left(named, _used(partial) / 1e9)
