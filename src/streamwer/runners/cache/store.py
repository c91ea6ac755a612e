"""Finished recordings by key, one file each: a fault of one costs that one and no other.

An entry is written aside and moved to its place, so a process that is killed leaves none half
written. Whatever else happens to it (a power cut, a broken disk, an editor) shows in its checksum:
it is said, removed, and made again. The size is bounded; what was used longest ago goes first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from streamwer._util import disk, processes
from streamwer.runners.cache.entry import DamagedError, Label, Steps, label_of, pack, steps_of

_Found = TypeVar("_Found")
_Reader = Callable[[str, bytes], _Found]
_ENTRIES, _PARTIAL = "entries", "partial"
_ROOM = 0.1
"""Share of the largest size that is made free at once, since looking for the oldest takes time."""
_BLOCK = 512
"""Bytes of which `st_blocks` counts: a small file takes more room than it has bytes."""
REMEDY = (
    "make room there or choose another folder (finished.folder in params.yaml), and run again:"
    " what is finished by now is kept"
)


@dataclass(frozen=True)
class Place:
    """One file of the store."""

    path: Path
    size: int
    used: float
    """When it was last used or written, as the file system tells the time."""


class Store:
    """Entries in 256 folders.

    Args:
        folder: made when something is put there.
        most_bytes: largest size of all entries.
        warn: is told of each damaged entry, in one line.
    """

    def __init__(self, folder: Path, most_bytes: int, warn: Callable[[str], None]) -> None:
        self.folder, self._most, self._warn = folder, most_bytes, warn
        self._puts = 0
        self._grown = 0

    def label(self, key: str) -> Label | None:
        """What the entry of a key is, now the most recently used; None where there is none."""
        return self._read(key, label_of)

    def steps(self, key: str) -> Steps | None:
        """Its steps, likewise."""
        return self._read(key, steps_of)

    def put(self, key: str, label: Label, steps: Steps) -> None:
        """Keep the steps of a recording, instead of those that the key had.

        Raises:
            StreamwerError: they cannot be written.
        """
        packed, path = pack(key, label, steps), self._path(key)
        self._puts += 1
        beside = self.folder / _PARTIAL / f"{processes.name()}-{self._puts}.partial"
        with disk.writing(self.folder, REMEDY):
            try:
                disk.replace(path, packed, beside)
            except FileNotFoundError:  # the first of its folder
                path.parent.mkdir(parents=True, exist_ok=True)
                beside.parent.mkdir(exist_ok=True)
                disk.replace(path, packed, beside)
        self._grown += len(packed)

    def remove(self, place: Place) -> None:
        """Forget a recording, if it is still there."""
        place.path.unlink(missing_ok=True)

    def shrink(self, since: float) -> None:
        """Drop the oldest entries beyond the largest size, but none that was used after `since`."""
        self._grown = 0
        _remove_left_over(self.folder / _PARTIAL)
        places = sorted(self.places(), key=lambda place: place.used)
        excess = sum(place.size for place in places) - self._most
        if excess <= 0:
            return
        excess += int(_ROOM * self._most)
        for place in places:
            if excess <= 0 or place.used >= since:
                return
            self.remove(place)
            excess -= place.size

    def grown(self) -> bool:
        """Whether so much was put since the last `shrink` that it is time for another."""
        return self._grown > _ROOM * self._most

    def places(self) -> Iterator[Place]:
        """All entries."""
        for folder in _scanned(self.folder / _ENTRIES):
            for file in _scanned(Path(folder.path)):
                with suppress(FileNotFoundError):  # dropped by another process just now
                    status = file.stat()
                    taken = max(status.st_size, status.st_blocks * _BLOCK)
                    yield Place(Path(file.path), taken, status.st_mtime)

    def described(self, place: Place) -> Label | None:
        """What an entry is, without using it; None, and it is gone, where it is damaged."""
        return self._read(place.path.parent.name + place.path.name, label_of, use=False)

    def _path(self, key: str) -> Path:
        return self.folder / _ENTRIES / key[:2] / key[2:]

    def _read(self, key: str, read: _Reader[_Found], *, use: bool = True) -> _Found | None:
        path = self._path(key)
        try:
            found = read(key, path.read_bytes())
        except FileNotFoundError:
            return None
        except DamagedError:
            self._warn(f"{path}: damaged, removed; its recording is streamed again")
            with suppress(OSError):
                path.unlink()
            return None
        except OSError as error:  # it may well be whole, and another's who shares the folder
            why = error.strerror or error
            self._warn(f"{path}: cannot be read ({why}); its recording is streamed again")
            return None
        if use:
            with suppress(OSError):  # likewise
                os.utime(path)
        return found


def _scanned(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _remove_left_over(folder: Path) -> None:
    """What processes that were killed had begun to write."""
    for file in _scanned(folder):
        with suppress(OSError):  # whole by now and in its place, or another user's
            if processes.left(file.name.rpartition("-")[0], file.stat().st_mtime):
                Path(file.path).unlink()
