"""Match published alignments with recordings, by id or by file and folder names."""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from streamwer.alignment.quality import AlignmentError
from streamwer.errors import DatasetError
from streamwer.formats.recording_ids import normalise_nfc
from streamwer.formats.resolver import RecordingResolver
from streamwer.types import Reference, Word

log = logging.getLogger(__name__)
_SHOWN = 3


@dataclass(frozen=True)
class PublishedAlignment:
    """The words of a recording with their times, and the file that they come from.

    Attributes:
        file: of the alignment.
        root: folder of all alignments.
        name: of the recording in the file.
        words: with their times, in order.
    """

    file: Path
    root: Path
    name: str
    words: tuple[Word, ...]

    @property
    def folder(self) -> str:
        """The file's folder, relative to the root."""
        return "/".join(self.file.parent.relative_to(self.root).parts)


@dataclass
class AlignmentMatches:
    """Alignments by recording id, and reasons why alignments were not used, by name."""

    matched: dict[str, PublishedAlignment] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def get_words(self, reference: Reference) -> tuple[Word, ...]:
        """Return the aligned words of a recording.

        Raises:
            AlignmentError: it has no alignment, or several could be meant.
        """
        if reference.recording in self.matched:
            return self.matched[reference.recording].words
        name = posixpath.basename(_get_path(reference))
        raise AlignmentError(self.reasons.get(name, "the published alignments lack it"))


def match_alignments(
    alignments: Sequence[PublishedAlignment], references: Iterable[Reference]
) -> AlignmentMatches:
    """Match alignments with recordings; alignments of other recordings are ignored.

    An alignment with the name of an id that is no file name belongs to that recording. All others
    are matched by file name and, where several folders have that file, by folder name.

    Raises:
        DatasetError: a recording has two.
    """
    of = {_get_path(each): each.source or each.recording for each in references}
    ids = {name for place, name in of.items() if posixpath.basename(place) != name}
    resolver = RecordingResolver(of, folders=map(_name_folder, alignments))
    matches = AlignmentMatches()
    for each in alignments:
        try:
            recording = each.name if each.name in ids else of.get(_find_path(each, resolver))
        except DatasetError as error:
            matches.reasons[posixpath.basename(each.name)] = f"{each.file.name}: {error}"
            continue
        if recording in matches.matched:
            other = matches.matched[recording].file
            raise DatasetError(f"{each.file}: '{recording}' is in {other} too")
        if recording:
            matches.matched[recording] = each
    _warn_of_folders({recording: place for place, recording in of.items()}, matches.matched)
    return matches


def _warn_of_folders(places: Mapping[str, str], matched: Mapping[str, PublishedAlignment]) -> None:
    """Warn where an alignment has the file name of a recording, but none of its folder names."""
    folders = {name: posixpath.dirname(places[name]) for name in matched}
    pairs = dict.fromkeys((each.folder, folders[name]) for name, each in matched.items())
    mismatches = [
        (one, other)
        for one, other in pairs
        if one and other and not {*one.split("/")} & {*other.split("/")}
    ]
    text = "alignments in '%s' are taken for the recordings in '%s' by their names"
    for each in mismatches[:_SHOWN]:
        log.warning(text, *each)


def _find_path(alignment: PublishedAlignment, resolver: RecordingResolver) -> str:
    if resolver.has_sibling(alignment.folder, alignment.name):
        return resolver.resolve(alignment.folder, alignment.name)
    return resolver.resolve(_name_folder(alignment), alignment.name)


def _name_folder(alignment: PublishedAlignment) -> str:
    # The root may be the folder of one speaker.
    return posixpath.join(alignment.root.name, alignment.folder)


def _get_path(reference: Reference) -> str:
    return normalise_nfc(reference.place or reference.source or reference.recording)
