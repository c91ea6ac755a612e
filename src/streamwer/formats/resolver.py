"""Resolution of names in files of word times to recordings, across folders."""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain

from streamwer.errors import DatasetError
from streamwer.formats.format_value import format_value
from streamwer.formats.recording_ids import normalise_nfc


class RecordingResolver:
    """Resolver of names to recordings: their paths in the data set's folder, without suffix.

    Args:
        paths: of the recordings that are used.
        others: of other audio, which a name means only if it can mean none of these.
        folders: with files of word times.
    """

    def __init__(
        self, paths: Iterable[str], others: Iterable[str] = (), folders: Iterable[str] = ()
    ) -> None:
        self._used = set(paths)
        self._paths: set[str] = set()
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._used.union(others)):
            self._add(path)
        # For each name, the folders that have it: there may be as many as files of word times.
        self._folders_by_name: dict[str, list[int]] = defaultdict(list)
        for number, names in enumerate({_parent_names(path) for path in self._paths}):
            for name in names:
                self._folders_by_name[name].append(number)
        self._timed_folders: dict[str, set[str]] = defaultdict(set)
        for folder in set(map(normalise_nfc, folders)):
            for parent, name in _walk_up(folder):
                self._timed_folders[parent].add(name)

    def has_sibling(self, folder: str, name: str) -> bool:
        """Tell whether the folder of the file of word times has a recording of this name."""
        return normalise_nfc(posixpath.normpath(posixpath.join(folder, name))) in self._paths

    def resolve(self, folder: str, name: str) -> str:
        """Return the path of the recording that a file of word times means.

        It is the one with this path from the file on, else the only one of this name. A file in a
        folder of recordings, or in one with the same name, means only these: a file of Ann's never
        means Bob's recording. Nor does it mean Ann's if a sibling folder has word times of Ann's.
        Without such a recording, the path is that beside the file.

        Args:
            folder: of the file of word times.
            name: of the recording, as the file has it.

        Raises:
            DatasetError: it may be several.
        """
        folder, name = normalise_nfc(folder), normalise_nfc(name)
        sibling = posixpath.normpath(posixpath.join(folder, name))
        if sibling in self._paths:
            return sibling
        matches = self._match(folder, name)
        if len(matches) > 1:
            which = ", ".join(map(format_value, matches))
            raise DatasetError(
                f"which recording is its '{format_value(name)}': {which}? put it beside the audio"
            )
        if matches:
            return matches[0]
        self._add(sibling)  # other files may mean it too
        return sibling

    def _match(self, folder: str, name: str) -> list[str]:
        """Recordings of that name in the nearest folders; those that are used come first."""
        candidates = self._by_name[posixpath.basename(name)]
        nearest = self._count_shared_names(folder) if candidates else 0
        matches = [
            path
            for path in candidates
            if f"/{path}".endswith(f"/{name}")
            and len(_folder_names(folder) & _parent_names(path)) == nearest
        ]
        if any(self._has_other_times(folder, path) for path in matches):
            return []  # nor can it then be one of a third folder
        if len(matches) > 1:
            return [path for path in matches if path in self._used] or matches[:1]
        return matches

    def _count_shared_names(self, folder: str) -> int:
        """Most folder names that a folder of recordings shares with this one."""
        shared = _folder_names(folder) & self._folders_by_name.keys()
        numbers = chain.from_iterable(self._folders_by_name[name] for name in shared)
        return max(Counter(numbers).values(), default=0)

    def _has_other_times(self, folder: str, path: str) -> bool:
        """Tell whether a sibling of this folder, or of a parent, has a recording's word times."""
        other = _parent_names(path) - _folder_names(folder)
        return any(self._timed_folders[parent] & other for parent, _ in _walk_up(folder))

    def _add(self, path: str) -> None:
        self._paths.add(path)
        self._by_name[posixpath.basename(path)].append(path)


def _parent_names(path: str) -> frozenset[str]:
    return _folder_names(posixpath.dirname(path))


def _walk_up(folder: str) -> Iterator[tuple[str, str]]:
    """Path of the parent and name, of a folder and of each of its parents."""
    parent = ""
    for part in filter(None, folder.split("/")):
        yield parent, part
        parent = f"{parent}/{part}"


def _folder_names(folder: str) -> frozenset[str]:
    return frozenset(folder.split("/")) - {""}
