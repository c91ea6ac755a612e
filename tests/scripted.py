"""A recogniser that reads from a script instead of listening: for tests of everything else.

The script says which word is spoken when. A window's transcript is the words inside it;
faults (jitter, wrong words at the edges, repetition, silence) are drawn from a seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from streamwer.audio import HOP
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.recognisers.base import Window
from streamwer.types import Hypothesis, StageTimes, Word, WorkCounters


def script(
    text: str, *, pace: float = 0.4, pause: float = 0.0, begin: float = 0.2
) -> tuple[Word, ...]:
    """Words of `text`, each `pace` seconds long with `pause` seconds between them."""
    words, at = [], begin
    for token in text.split():
        words.append(Word(token, round(at, 3), round(at + pace, 3)))
        at += pace + pause
    return tuple(words)


def silence(seconds: float) -> Samples:
    """Audio whose content does not matter, because the script knows what is said."""
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


@dataclass
class Faults:
    """How badly the scripted recogniser behaves; all off by default."""

    jitter: float = 0.0
    """Standard deviation of the word times, seconds."""
    cut_words: bool = False
    """A word that the window cuts is heard as something else."""
    hallucinate: float = 0.0
    """Share of windows that end in words nobody said."""
    repeat: float = 0.0
    """Share of windows whose last words are said again and again, in a loop."""
    deaf: float = 0.0
    """Share of windows in which nothing is heard."""


class Scripted:
    """Reads the words of a window from the script.

    Args:
        words: what is really said.
        faults: how it errs.
        cost: seconds of compute for a window, by its number.
        forces: it goes on from a window's prefix, as an engine does that can force its decoder.
    """

    def __init__(
        self,
        words: Sequence[Word],
        faults: Faults | None = None,
        cost: Callable[[int], float] = lambda call: 0.0,
        seed: int = 0,
        *,
        forces: bool = False,
    ) -> None:
        self._words, self._faults, self._cost = words, faults or Faults(), cost
        self._forces = forces
        self._rng = random.Random(seed)
        self.windows: list[Window] = []
        self.looped_words = 0

    def recognise(self, window: Window) -> Hypothesis:
        begin = window.start / SAMPLE_RATE
        end = begin + len(window.audio) / SAMPLE_RATE
        call = len(self.windows)
        self.windows.append(window)
        quiet = self._silence(begin, end)
        if window.listen_only:
            return Hypothesis(silence=quiet, compute=StageTimes(listen=self._cost(call)))
        words = [] if self._rng.random() < self._faults.deaf else self._heard(begin, end)
        if self._rng.random() < self._faults.hallucinate:
            words += [Word("uh", max(begin, end - 0.1), end)]
        if self._faults.repeat and self._rng.random() < self._faults.repeat:
            looped = [replace(word, start=end, end=end) for word in words[-4:] * 8]
            self.looped_words += len(looped)
            words += looped
        words = words[_count_forced(window.prefix, words) if self._forces else 0 :]
        return Hypothesis(
            words=tuple(words),
            segment_ends=tuple(word.end for word in words),
            silence=quiet,
            continues=self._forces and bool(window.prefix),
            compute=StageTimes(decode=self._cost(call)),
            effort=WorkCounters(encoder_frames=len(window.audio) // HOP + 1),
        )

    def _silence(self, begin: float, end: float) -> float:
        """What a voice detector would say of the window's end."""
        spoken = (min(word.end, end) for word in self._words if word.start < end)
        return end - max(begin, *spoken, begin)

    def _heard(self, begin: float, end: float) -> list[Word]:
        heard = []
        for word in self._words:
            whole = word.start >= begin - 0.05 and word.end <= end + 0.01
            touched = word.end > begin + 0.1 and word.start < end - 0.1
            if whole:
                heard.append(self._jittered(word))
            elif touched and self._faults.cut_words:
                cut = replace(word, text=word.text[:2] + "…")
                heard.append(replace(cut, start=max(begin, word.start), end=min(end, word.end)))
        return heard

    def _jittered(self, word: Word) -> Word:
        if not self._faults.jitter:
            return word
        shift = self._rng.gauss(0, self._faults.jitter)
        return replace(word, start=word.start + shift, end=word.end + shift)


def _count_forced(prefix: str, heard: Sequence[Word]) -> int:
    """How many words at the beginning of a window its prefix says; the window may cut the first."""
    said, texts = prefix.split(), [word.text for word in heard]
    fitting = range(min(len(said), len(texts)), 0, -1)
    return next((n for n in fitting if said[-n:] == texts[:n]), 0)
