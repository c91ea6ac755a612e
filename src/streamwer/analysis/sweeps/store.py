"""Store of the scores of sweep points, by a digest of all that they depend on; bounded."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from streamwer._util import processes
from streamwer.errors import LogError
from streamwer.metrics import store
from streamwer.metrics.store import SignedScores

_PARTIAL = ".partial"


class PointStore:
    """Scores in one folder per key.

    An entry is written under another name and then renamed: a process that is killed leaves no
    incomplete entry, and two processes may write the same one.

    Args:
        root: the folder, made when something is put there.
        keep: the number of entries that stay; the least recently used go first.
    """

    def __init__(self, root: Path, keep: int) -> None:
        self._root, self._keep = root, keep

    def read(self, key: str) -> SignedScores | None:
        """Return the scores of a key and mark them as just used; None where there are none."""
        folder = self._root / key
        try:
            os.utime(folder)
            return store.read_scores(folder)
        except OSError:  # not there
            return None
        except LogError:  # damaged, or another process is just dropping it
            shutil.rmtree(folder, ignore_errors=True)
            return None

    def write(self, key: str, scores: SignedScores) -> None:
        """Store the scores; beyond `keep` entries drop the least recently used."""
        partial = self._root / f"{key}.{processes.get_process_name()}{_PARTIAL}"
        shutil.rmtree(partial, ignore_errors=True)
        store.write_scores(partial, scores)
        try:
            partial.rename(self._root / key)
        except OSError:  # it is there already: the same key is the same result
            shutil.rmtree(partial)
        self._shrink()

    def _shrink(self) -> None:
        for partial in self._root.glob(f"*{_PARTIAL}"):
            if _is_stale(partial):
                shutil.rmtree(partial, ignore_errors=True)
        entries = [path for path in self._root.iterdir() if path.suffix != _PARTIAL]
        for old in sorted(entries, key=_get_last_use, reverse=True)[max(1, self._keep) :]:
            shutil.rmtree(old, ignore_errors=True)


def _get_last_use(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _is_stale(partial: Path) -> bool:
    process = partial.name.removesuffix(_PARTIAL).partition(".")[2]
    return processes.is_stale(process, _get_last_use(partial) / 1e9)
