"""Where a caption ends and the next begins, decided as the words are committed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from streamwer.formats.captions.cue import Cue, cleaned, layout
from streamwer.types import Word

SHORTEST_S, LONGEST_S = 1.0, 7.0
PAUSE_S = 0.8
"""Silence between two words that ends a caption, seconds."""
_SENTENCE = frozenset(".!?…\u3002\uff01\uff1f\uff61\u061f\u06d4\u0964\u0965")
"""Also those of Chinese and Japanese, Arabic, Urdu, and Hindi."""


class Cutter:
    """Cuts one stream's committed words into cues.

    A cue is given out as soon as it is final, and never changed: at the end of a sentence, at a
    pause, or when the next word does not fit in it. Cues last from 1 to 7 seconds, follow one
    another in time, and never overlap.
    """

    def __init__(self) -> None:
        self._words: list[Word] = []
        self._start = self._until = 0.0

    @property
    def open(self) -> tuple[Word, ...]:
        """Committed words that are in no cue yet."""
        return tuple(self._words)

    def add(self, words: Sequence[Word], heard: float, expecting: bool) -> list[Cue]:
        """Take newly committed words.

        Args:
            heard: until when the audio was heard, seconds.
            expecting: whether more words were heard that are not committed yet.

        Returns:
            the cues that became final.
        """
        cues: list[Cue] = []
        for word in words:
            if self._words and not self._belongs(word):
                cues.append(self._cut())
            self._take(word)
            if self._complete():
                cues.append(self._cut())
        if self._words and not expecting and heard - self._words[-1].end >= PAUSE_S:
            cues.append(self._cut())
        return cues

    def finish(self) -> list[Cue]:
        """The last cue, if there is one."""
        return [self._cut()] if self._words else []

    def _take(self, word: Word) -> None:
        text = cleaned(word.text)
        if not text:
            return
        if not self._words:
            self._start = max(round(word.start, 3), self._until)
        self._words.append(Word(text, word.start, word.end, word.probability))

    def _belongs(self, word: Word) -> bool:
        if word.start - self._words[-1].end >= PAUSE_S or word.end - self._start > LONGEST_S:
            return False
        return layout([*self._texts(), cleaned(word.text)]) is not None

    def _complete(self) -> bool:
        """Whether a sentence has ended that lasted long enough."""
        if not self._words or self._words[-1].end - self._start < SHORTEST_S:
            return False
        marks = [c for c in self._words[-1].text if not _closing(c)]
        return bool(marks) and marks[-1] in _SENTENCE

    def _cut(self) -> Cue:
        last = min(round(self._words[-1].end, 3), self._start + LONGEST_S)
        self._until = round(max(last, self._start + SHORTEST_S), 3)
        cue = Cue(self._start, self._until, layout(self._texts()) or ())
        self._words = []
        return cue

    def _texts(self) -> list[str]:
        return [word.text for word in self._words]


def _closing(character: str) -> bool:
    """A quotation mark or bracket that may follow the end of a sentence."""
    return character in "\"'" or unicodedata.category(character) in ("Pe", "Pf")
