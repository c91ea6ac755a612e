"""Segmentation of committed words into caption cues, while the stream runs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from streamwer.formats.captions.cue import Cue, break_lines, sanitise_text
from streamwer.types import Word

SHORTEST_S, LONGEST_S = 1.0, 7.0
PAUSE_S = 0.8
"""Silence between two words that ends a caption, seconds."""
_SENTENCE = frozenset(".!?…\u3002\uff01\uff1f\uff61\u061f\u06d4\u0964\u0965")
"""Ends of sentences, also in Chinese and Japanese, Arabic, Urdu, and Hindi."""


class CaptionSegmenter:
    """Segmenter of one stream's committed words into cues.

    A cue is returned as soon as it is final, and never changes: at the end of a sentence, at a
    pause, or when the next word does not fit in it. Cues last from 1 to 7 seconds, follow one
    another in time, and never overlap.
    """

    def __init__(self) -> None:
        self._words: list[Word] = []
        self._start = self._until = 0.0

    @property
    def pending_words(self) -> tuple[Word, ...]:
        """Committed words that are in no cue yet."""
        return tuple(self._words)

    def add(self, words: Sequence[Word], audio_end: float, has_pending: bool) -> list[Cue]:
        """Add newly committed words.

        Args:
            words: in order of time.
            audio_end: end of the audio read so far, seconds.
            has_pending: whether there are tentative words behind these.

        Returns:
            The cues that became final.
        """
        cues: list[Cue] = []
        for word in words:
            if self._words and not self._belongs(word):
                cues.append(self._cut())
            self._append(word)
            if self._is_complete():
                cues.append(self._cut())
        if self._words and not has_pending and audio_end - self._words[-1].end >= PAUSE_S:
            cues.append(self._cut())
        return cues

    def finish(self) -> list[Cue]:
        """Return the last cue, if there is one."""
        return [self._cut()] if self._words else []

    def _append(self, word: Word) -> None:
        text = sanitise_text(word.text)
        if not text:
            return
        if not self._words:
            self._start = max(round(word.start, 3), self._until)
        self._words.append(Word(text, word.start, word.end, word.probability))

    def _belongs(self, word: Word) -> bool:
        if word.start - self._words[-1].end >= PAUSE_S or word.end - self._start > LONGEST_S:
            return False
        return break_lines([*self._texts(), sanitise_text(word.text)]) is not None

    def _is_complete(self) -> bool:
        """Tell whether a sentence has ended that is long enough."""
        if not self._words or self._words[-1].end - self._start < SHORTEST_S:
            return False
        marks = [c for c in self._words[-1].text if not _is_closing(c)]
        return bool(marks) and marks[-1] in _SENTENCE

    def _cut(self) -> Cue:
        last = min(round(self._words[-1].end, 3), self._start + LONGEST_S)
        self._until = round(max(last, self._start + SHORTEST_S), 3)
        cue = Cue(self._start, self._until, break_lines(self._texts()) or ())
        self._words = []
        return cue

    def _texts(self) -> list[str]:
        return [word.text for word in self._words]


def _is_closing(character: str) -> bool:
    """Tell whether a quotation mark or bracket may follow the end of a sentence."""
    return character in "\"'" or unicodedata.category(character) in ("Pe", "Pf")
