"""Altered copies of a recording get the word times of the recording, as it was before.

An aligner hears the unaltered one best, and published alignments know no other. What a condition
does to a recording moves no word, but for its speed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from streamwer import audio
from streamwer.alignment.origin import Placing
from streamwer.alignment.unplaceable import UnplaceableError
from streamwer.formats import manifest
from streamwer.types import Reference, Word

Place = Callable[[Reference], tuple[Reference, Placing]]
_DECIMALS = 6


class Copies:
    """A way to place words that is asked once for all copies of a recording.

    Args:
        references: of a prepared data set.
        folder: where their audio is, and that of recordings of which only copies are played.
        method: places the words of a recording; raises `UnplaceableError` where it cannot.
    """

    def __init__(self, references: Sequence[Reference], folder: Path, method: Place) -> None:
        self._known = {reference.recording: reference for reference in references}
        self._folder, self._method = folder, method
        self._found: dict[str, tuple[Reference, Placing] | UnplaceableError] = {}

    def place(self, reference: Reference) -> tuple[Reference, Placing]:
        """The recording with word times, and where they come from.

        Raises:
            UnplaceableError: it cannot have any.
        """
        source = self._source(reference)
        found = self._found.get(source.recording)
        if found is None:
            found = self._found[source.recording] = self._placed(source)
        if isinstance(found, UnplaceableError):
            raise found
        whole, placing = found
        words = _stretched(whole.words, reference.seconds / source.seconds)
        return replace(reference, words=words), replace(placing, recording=reference.recording)

    def _source(self, reference: Reference) -> Reference:
        """The recording before it was altered; itself if it was not, or that is not there."""
        if not reference.source or reference.source in self._known:
            return self._known.get(reference.source, reference)
        path = manifest.unaltered_path(reference.source)
        if not (self._folder / path).is_file():
            return reference
        seconds = audio.seconds(len(audio.load(self._folder / path)))
        whole = replace(
            reference, recording=reference.source, audio=path, source="", seconds=seconds
        )
        self._known[whole.recording] = whole
        return whole

    def _placed(self, source: Reference) -> tuple[Reference, Placing] | UnplaceableError:
        try:
            return self._method(source)
        except UnplaceableError as error:
            return error


def _stretched(words: tuple[Word, ...], factor: float) -> tuple[Word, ...]:
    if factor == 1:
        return words
    return tuple(
        replace(
            word,
            start=round(word.start * factor, _DECIMALS),
            end=round(word.end * factor, _DECIMALS),
        )
        for word in words
    )
