"""Which recording a published alignment is of: by its id, or as word times in a folder are."""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from streamwer.alignment.unplaceable import UnplaceableError
from streamwer.errors import DatasetError
from streamwer.formats.recording_ids import composed
from streamwer.formats.resolver import Homes
from streamwer.types import Reference, Word

log = logging.getLogger(__name__)
_SHOWN = 3


@dataclass(frozen=True)
class Alignment:
    """The words of a recording with their times, in order, and where they are from.

    Attributes:
        file: that holds them.
        root: the folder of all alignments.
        name: of the recording, as the file has it.
        words: with their times.
    """

    file: Path
    root: Path
    name: str
    words: tuple[Word, ...]

    @property
    def folder(self) -> str:
        """Of the file, from the folder of the alignments on."""
        return "/".join(self.file.parent.relative_to(self.root).parts)


@dataclass
class Whose:
    """The alignment of each recording, by its id, and why some that are of its name are not."""

    found: dict[str, Alignment] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def of(self, reference: Reference) -> tuple[Word, ...]:
        """The words of a recording.

        Raises:
            UnplaceableError: it has none, or they may be those of another one.
        """
        if reference.recording in self.found:
            return self.found[reference.recording].words
        name = posixpath.basename(_place(reference))
        raise UnplaceableError(self.reasons.get(name, "the published alignments lack it"))


def assign(alignments: Sequence[Alignment], references: Iterable[Reference]) -> Whose:
    """Find out whose each alignment is; most of them may be of recordings that are not there.

    An alignment that is called like an id which is not the name of a file is that recording's.
    All others go by the names of files, and where several folders have one, by the folders'.

    Raises:
        DatasetError: a recording has two.
    """
    of = {_place(each): each.source or each.recording for each in references}
    ids = {name for place, name in of.items() if posixpath.basename(place) != name}
    homes = Homes(of, folders=map(_called, alignments))
    whose = Whose()
    for each in alignments:
        try:
            recording = each.name if each.name in ids else of.get(_home(each, homes))
        except DatasetError as error:
            whose.reasons[posixpath.basename(each.name)] = f"{each.file.name}: {error}"
            continue
        if recording in whose.found:
            other = whose.found[recording].file
            raise DatasetError(f"{each.file}: '{recording}' is in {other} too")
        if recording:
            whose.found[recording] = each
    _tell_strange({recording: place for place, recording in of.items()}, whose.found)
    return whose


def _tell_strange(places: Mapping[str, str], found: Mapping[str, Alignment]) -> None:
    """Say where an alignment has the name of a recording, but none of its folders."""
    folders = {name: posixpath.dirname(places[name]) for name in found}
    pairs = dict.fromkeys((each.folder, folders[name]) for name, each in found.items())
    strange = [
        (one, other)
        for one, other in pairs
        if one and other and not {*one.split("/")} & {*other.split("/")}
    ]
    text = "alignments in '%s' are taken for the recordings in '%s' by their names"
    for each in strange[:_SHOWN]:
        log.warning(text, *each)


def _home(alignment: Alignment, homes: Homes) -> str:
    if homes.beside(alignment.folder, alignment.name):
        return homes.of(alignment.folder, alignment.name)
    return homes.of(_called(alignment), alignment.name)


def _called(alignment: Alignment) -> str:
    # What all of them lie in may be that of one speaker.
    return posixpath.join(alignment.root.name, alignment.folder)


def _place(reference: Reference) -> str:
    return composed(reference.place or reference.source or reference.recording)
