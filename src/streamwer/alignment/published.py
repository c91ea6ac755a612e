"""Read published alignments of TextGrid, parquet and CTM files, and match them with recordings.

They are matched by id or by file and folder names.
"""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from streamwer.alignment.quality import AlignmentError
from streamwer.alignment.word_tables import read_table
from streamwer.config.alignment import PublishedConfig
from streamwer.errors import DatasetError
from streamwer.formats import ctm, textgrid
from streamwer.formats.recording_ids import normalise_nfc
from streamwer.formats.resolver import RecordingResolver
from streamwer.types import Reference, Word

log = logging.getLogger(__name__)
_SHOWN = 3

Reader = Callable[[Path, PublishedConfig], Mapping[str, tuple[Word, ...]]]

READERS: Mapping[str, Reader] = {
    ".textgrid": lambda path, config: {
        path.stem: textgrid.read_textgrid(path, config.tier, "alignment.tier")
    },
    ".parquet": read_table,
    ".ctm": lambda path, _: {each.recording: each.words for each in ctm.read_ctm(path).items},
}


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

    @property
    def rooted_folder(self) -> str:
        """The same with the root's name, which may be the folder of one speaker."""
        return posixpath.join(self.root.name, self.folder)

    def resolve_path(self, resolver: RecordingResolver) -> str:
        """Return the recording's path by the alignment's name and folder."""
        beside = resolver.has_sibling(self.folder, self.name)
        return resolver.resolve(self.folder if beside else self.rooted_folder, self.name)


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


def read_alignments(config: PublishedConfig) -> list[PublishedAlignment]:
    """Read the alignments of all files.

    Raises:
        DatasetError: there is no file, or one is malformed; names the file.
    """
    path = Path(config.path).expanduser()
    inside = sorted(path.glob(config.pattern)) if path.is_dir() else [path]
    files = [file for file in inside if file.suffix.lower() in READERS and file.is_file()]
    if not files:
        where = f"'{config.pattern}' in this folder" if path.is_dir() else "such a file"
        raise DatasetError(f"{path}: no {where} is a .TextGrid, .parquet or .ctm (alignment.path)")
    root = path if path.is_dir() else path.parent
    return [
        PublishedAlignment(file, root, normalise_nfc(name), words)  # as ids are
        for file in files
        for name, words in READERS[file.suffix.lower()](file, config).items()
    ]


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
    resolver = RecordingResolver(of, folders=(each.rooted_folder for each in alignments))
    matches = AlignmentMatches()
    for each in alignments:
        try:
            recording = each.name if each.name in ids else of.get(each.resolve_path(resolver))
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


def _get_path(reference: Reference) -> str:
    return normalise_nfc(reference.place or reference.source or reference.recording)
