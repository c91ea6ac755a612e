"""Give augmented copies of a recording the word times of the original.

Forced alignment works best on the original, and published alignments cover only that. Of all
conditions only speed moves words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from streamwer import audio
from streamwer.alignment.origin import RecordingOrigin
from streamwer.alignment.quality import AlignmentError
from streamwer.formats import manifest
from streamwer.types import Reference, Word

AlignMethod = Callable[[Reference], tuple[Reference, RecordingOrigin]]
_DECIMALS = 6


class CopyAligner:
    """Aligns each original once for all its copies.

    Args:
        references: of a prepared data set.
        folder: of their audio, and of originals of which only copies are used.
        method: aligns a recording; raises `AlignmentError` where it cannot.
    """

    def __init__(self, references: Sequence[Reference], folder: Path, method: AlignMethod) -> None:
        self._known = {reference.recording: reference for reference in references}
        self._folder, self._method = folder, method
        self._found: dict[str, tuple[Reference, RecordingOrigin] | AlignmentError] = {}

    def align(self, reference: Reference) -> tuple[Reference, RecordingOrigin]:
        """Add word times to a recording, and return it with their origin.

        Raises:
            AlignmentError: it gets none.
        """
        source = self._find_source(reference)
        result = self._found.get(source.recording)
        if result is None:
            result = self._found[source.recording] = self._align_source(source)
        if isinstance(result, AlignmentError):
            raise result
        original, origin = result
        words = _scale_times(original.words, reference.seconds / source.seconds)
        return replace(reference, words=words), replace(origin, recording=reference.recording)

    def _find_source(self, reference: Reference) -> Reference:
        """Return the original of a copy, if it is there; else the recording itself."""
        if not reference.source or reference.source in self._known:
            return self._known.get(reference.source, reference)
        path = manifest.unaltered_path(reference.source)
        if not (self._folder / path).is_file():
            return reference
        seconds = audio.samples_to_seconds(len(audio.load_audio(self._folder / path)))
        whole = replace(
            reference, recording=reference.source, audio=path, source="", seconds=seconds
        )
        self._known[whole.recording] = whole
        return whole

    def _align_source(
        self, source: Reference
    ) -> tuple[Reference, RecordingOrigin] | AlignmentError:
        try:
            return self._method(source)
        except AlignmentError as error:
            return error


def _scale_times(words: tuple[Word, ...], factor: float) -> tuple[Word, ...]:
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
