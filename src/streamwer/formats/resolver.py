"""Which recording a name in a file of word times means, of those of that name in all folders."""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain

from streamwer.errors import DatasetError
from streamwer.formats.format_value import told
from streamwer.formats.recording_ids import composed


class Homes:
    """Knows where recordings lie: their paths in the data set's folder, without suffix.

    Args:
        places: of the recordings that are used.
        others: of audio besides, which is meant only where none of these may be.
        folders: with files of word times.
    """

    def __init__(
        self, places: Iterable[str], others: Iterable[str] = (), folders: Iterable[str] = ()
    ) -> None:
        self._used = set(places)
        self._places: set[str] = set()
        self._named: dict[str, list[str]] = defaultdict(list)
        for place in sorted(self._used.union(others)):
            self._add(place)
        # By a name, the folders that have it: there may be as many as files of word times.
        self._called: dict[str, list[int]] = defaultdict(list)
        for number, home in enumerate({_home(place) for place in self._places}):
            for part in home:
                self._called[part].append(number)
        self._within: dict[str, set[str]] = defaultdict(set)
        for folder in set(map(composed, folders)):
            for above, part in _steps(folder):
                self._within[above].add(part)

    def beside(self, folder: str, name: str) -> bool:
        """Whether there is a recording of this path from the file of word times on."""
        return composed(posixpath.normpath(posixpath.join(folder, name))) in self._places

    def of(self, folder: str, name: str) -> str:
        """The place of the recording that a file of word times means.

        That is the one of this path from the file on, else the only one of this name. A file in a
        folder of recordings, or in one that is called so, speaks of these alone: what is Ann's is
        never Bob's. Nor does a file speak of Ann's in a folder beside which there is one for Ann's.
        Where there is no such recording, it is to be sought beside the file.

        Args:
            folder: that the file of word times lies in.
            name: of the recording, as the file has it.

        Raises:
            DatasetError: it may be several.
        """
        folder, name = composed(folder), composed(name)
        beside = posixpath.normpath(posixpath.join(folder, name))
        if beside in self._places:
            return beside
        named = self._named[posixpath.basename(name)]
        nearest = self._nearest(folder) if named else 0
        found = [
            place
            for place in named
            if f"/{place}".endswith(f"/{name}") and len(_parts(folder) & _home(place)) == nearest
        ]
        if any(self._elsewhere(folder, place) for place in found):
            found = []  # nor is it then that of a third folder
        if len(found) > 1:
            found = [place for place in found if place in self._used] or found[:1]
        if len(found) > 1:
            which = ", ".join(map(told, found))
            raise DatasetError(
                f"which recording is its '{told(name)}': {which}? put it beside the audio"
            )
        if found:
            return found[0]
        self._add(beside)  # of which other files may speak too
        return beside

    def _nearest(self, folder: str) -> int:
        """How many names of folders the recordings nearest to this one share with it."""
        called = [self._called[part] for part in _parts(folder) & self._called.keys()]
        return max(Counter(chain.from_iterable(called)).values(), default=0)

    def _elsewhere(self, folder: str, place: str) -> bool:
        """Whether the word times of a recording are in a folder beside this one, or beside its."""
        lacking = _home(place) - _parts(folder)
        return any(self._within[above] & lacking for above, _ in _steps(folder))

    def _add(self, place: str) -> None:
        self._places.add(place)
        self._named[posixpath.basename(place)].append(place)


def _home(place: str) -> frozenset[str]:
    return _parts(posixpath.dirname(place))


def _steps(folder: str) -> Iterator[tuple[str, str]]:
    """The name of a folder and of each that it lies in, after what that lies in."""
    above = ""
    for part in filter(None, folder.split("/")):
        yield above, part
        above = f"{above}/{part}"


def _parts(folder: str) -> frozenset[str]:
    return frozenset(folder.split("/")) - {""}
