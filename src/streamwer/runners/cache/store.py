"""Store finished recordings by key, one file each, so that a damaged file costs one recording.

An entry is written to a temporary file and moved into place, so a killed process leaves no partial
entry. A checksum shows any other damage (a power cut, a broken disk, an editor): a damaged
entry is reported and removed, and its recording is streamed again. The size is limited; the least
recently used entries go first.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from streamwer._util import disk, processes
from streamwer.runners.cache.entry import (
    DamagedError,
    EntryLabel,
    Steps,
    pack_entry,
    unpack_label,
    unpack_steps,
)

_Found = TypeVar("_Found")
_Reader = Callable[[str, bytes], _Found]
_ENTRIES, _PARTIAL = "entries", "partial"
_ROOM = 0.1
"""Share of the largest size that is freed at once, since finding the oldest takes time."""
_BLOCK = 512
"""Unit of `st_blocks`, bytes: a small file takes more room than it has bytes."""
REMEDY = (
    "make room there or choose another folder (cache.folder in params.yaml), and run again:"
    " finished recordings are kept"
)


@dataclass(frozen=True)
class StoreEntry:
    """One file of the store, with its size in bytes."""

    path: Path
    size: int
    last_used: float
    """Time of the last use or write, on the clock of the file system."""


class ResultStore:
    """A store of entries in 256 folders.

    Args:
        folder: made with the first entry.
        most_bytes: largest size of all entries.
        warn: gets one line for each damaged entry.
    """

    def __init__(self, folder: Path, most_bytes: int, warn: Callable[[str], None]) -> None:
        self.folder, self._most, self._warn = folder, most_bytes, warn
        self._puts = 0
        self._grown = 0

    def read_label(self, key: str) -> EntryLabel | None:
        """Read the label of a key's entry and mark it as used; None where there is none."""
        return self._read(key, unpack_label)

    def read_steps(self, key: str) -> Steps | None:
        """Read the steps of a key's entry and mark it as used; None where there is none."""
        return self._read(key, unpack_steps)

    def write_entry(self, key: str, label: EntryLabel, steps: Steps) -> None:
        """Store the steps of a recording, instead of those that the key had.

        Args:
            key: of the recording, 64 hexadecimal digits.
            label: its description.
            steps: in order.

        Raises:
            StreamwerError: they cannot be written.
        """
        packed, path = pack_entry(key, label, steps), self._get_entry_path(key)
        self._puts += 1
        temporary = self.folder / _PARTIAL / f"{processes.get_process_name()}-{self._puts}.partial"
        with disk.explain_write_errors(self.folder, REMEDY):
            try:
                disk.replace_file(path, packed, temporary)
            except FileNotFoundError:  # the first of its folder
                path.parent.mkdir(parents=True, exist_ok=True)
                temporary.parent.mkdir(exist_ok=True)
                disk.replace_file(path, packed, temporary)
        self._grown += len(packed)

    def remove(self, entry: StoreEntry) -> None:
        """Remove an entry, if it is still there."""
        entry.path.unlink(missing_ok=True)

    def shrink(self, since: float) -> None:
        """Remove the oldest entries beyond the largest size, but none used after `since`."""
        self._grown = 0
        _remove_stale_files(self.folder / _PARTIAL)
        entries = sorted(self.list_entries(), key=lambda entry: entry.last_used)
        excess = sum(entry.size for entry in entries) - self._most
        if excess <= 0:
            return
        excess += int(_ROOM * self._most)
        for entry in entries:
            if excess <= 0 or entry.last_used >= since:
                return
            self.remove(entry)
            excess -= entry.size

    def needs_shrinking(self) -> bool:
        """Tell whether the store has grown enough since the last `shrink` for another one."""
        return self._grown > _ROOM * self._most

    def list_entries(self) -> Iterator[StoreEntry]:
        """Iterate over all entries."""
        for folder in _scan_folder(self.folder / _ENTRIES):
            for file in _scan_folder(Path(folder.path)):
                with suppress(FileNotFoundError):  # dropped by another process just now
                    status = file.stat()
                    size = max(status.st_size, status.st_blocks * _BLOCK)
                    yield StoreEntry(Path(file.path), size, status.st_mtime)

    def _get_entry_path(self, key: str) -> Path:
        return self.folder / _ENTRIES / key[:2] / key[2:]

    def _read(self, key: str, read: _Reader[_Found]) -> _Found | None:
        path = self._get_entry_path(key)
        try:
            content = read(key, path.read_bytes())
        except FileNotFoundError:
            return None
        except DamagedError:
            self._warn(f"{path}: damaged, removed; its recording is streamed again")
            with suppress(OSError):
                path.unlink()
            return None
        except OSError as error:  # it may be intact, and of another user who shares the folder
            why = error.strerror or error
            self._warn(f"{path}: cannot be read ({why}); its recording is streamed again")
            return None
        with suppress(OSError):  # another user's
            os.utime(path)
        return content


def _scan_folder(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _remove_stale_files(folder: Path) -> None:
    """Remove the temporary files of killed processes."""
    for file in _scan_folder(folder):
        with suppress(OSError):  # moved into place by now, or another user's
            if processes.is_stale(file.name.rpartition("-")[0], file.stat().st_mtime):
                Path(file.path).unlink()


def format_empty_command(folder: str) -> str:
    """Format the command that drops what is kept in a folder, whatever params.yaml says of it."""
    plain = re.fullmatch(r"[\w./-]+", folder)
    value = folder if plain else "'" + folder.replace("'", "\\'") + "'"  # as Hydra quotes
    command = ("python", "-m", "streamwer.cli.cache", "--empty", f"cache.folder={value}")
    return shlex.join(command)
