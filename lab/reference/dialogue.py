"""One side of a call, put together from held-out sentences until it has the planned length.

Only sentences whose every word boundary the synthesiser reports are used, so the times of
the corpus are facts and not estimates. `heard_before.txt` lists the held-out sentences on which
the checkpoint that the bundled model continues was trained before the split existed: no call has
one of them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lab.reference import grammar
from lab.reference.speech import SAMPLE_RATE, Speech, SpokenWord, Voice, speak
from streamwer.errors import DatasetError

BODY = {"detail": 6, "number": 6, "address": 3, "agent": 3, "smalltalk": 3}
GAP = (0.3, 1.5)
LEAD = (0.2, 0.9)
OPENING = 2  # sentences before the hold
_ATTEMPTS = 200
_HEARD_BEFORE = frozenset(Path(__file__).with_name("heard_before.txt").read_text().splitlines())
_DRAWS = 300


@dataclass(frozen=True)
class Plan:
    """What a call shall be.

    Attributes:
        voice: who speaks.
        seconds: shortest and longest total length.
        hold: seconds in mid-call in which nobody speaks; 0 for none.
        closes: whether it ends with a goodbye, or is cut off.
        tail: seconds from the end of the last word to the end of the audio.
    """

    voice: Voice
    seconds: tuple[float, float]
    hold: float
    closes: bool
    tail: float


@dataclass(frozen=True)
class Dialogue:
    """Dry speech of one call: samples (n,) at 16 kHz, its words, its sentences."""

    samples: np.ndarray
    words: tuple[SpokenWord, ...]
    sentences: tuple[str, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


def compose(plan: Plan, rng: random.Random, used: set[str]) -> Dialogue:
    """A call of the planned length; its sentences are not in `used` if there are any others.

    Raises:
        DatasetError: no such call was found in many attempts.
    """
    shortest, longest = plan.seconds
    for _ in range(_ATTEMPTS):
        dialogue = _attempt(plan, rng, used)
        if shortest <= dialogue.seconds <= longest:
            return dialogue
    raise DatasetError(f"no call of {shortest}-{longest} s found for {plan}")


def _attempt(plan: Plan, rng: random.Random, used: set[str]) -> Dialogue:
    script = _Script(plan.voice, rng, used)
    ending = [script.say("closing")] if plan.closes else []
    spoken = [script.say("greeting"), script.say("agent" if plan.hold else "reason")]
    wanted = rng.uniform(*plan.seconds) - plan.hold - plan.tail
    while (plan.hold and len(spoken) == OPENING) or _length(spoken + ending) < wanted:
        spoken.append(script.say(rng.choices(list(BODY), list(BODY.values()))[0]))
    silences = [milliseconds(rng, LEAD if i == 0 else GAP) for i in range(len(spoken + ending))]
    if plan.hold:
        silences[OPENING] = plan.hold
    samples, words = _joined(list(zip(silences, spoken + ending, strict=True)))
    end = round((words[-1].end + plan.tail) * SAMPLE_RATE)
    samples = np.pad(samples, (0, max(0, end - len(samples))))[:end]
    said = script.said[len(ending) :] + script.said[: len(ending)]
    return Dialogue(samples, tuple(words), tuple(said))


class _Script:
    """Draws the sentences of one call, none of them twice."""

    def __init__(self, voice: Voice, rng: random.Random, used: set[str]) -> None:
        self._voice, self._rng, self._used = voice, rng, used
        self.said: list[str] = []

    def say(self, kind: str) -> Speech:
        """A sentence of a kind, exactly timed; another call's only where none is left."""
        spare: tuple[str, Speech] | None = None
        for _ in range(_DRAWS):
            text = grammar.drawn(self._rng, held=True, kind=kind)
            if text in self.said or grammar.transcript(text) in _HEARD_BEFORE:
                continue
            if text in self._used and spare:
                continue
            speech = speak(text, self._voice)
            if not all(word.exact for word in speech.words):
                continue
            if text not in self._used:
                self.said.append(text)
                return speech
            spare = text, speech
        if spare is None:
            raise DatasetError(f"{self._voice} says no {kind} sentence with exact word times")
        self.said.append(spare[0])
        return spare[1]


def _length(spoken: list[Speech]) -> float:
    return sum(speech.seconds + sum(GAP) / 2 for speech in spoken)


def milliseconds(rng: random.Random, span: tuple[float, float]) -> float:
    """Whole milliseconds are whole samples at 16 kHz, so word times stay exact."""
    return rng.randint(round(span[0] * 1000), round(span[1] * 1000)) / 1000


def _joined(parts: list[tuple[float, Speech]]) -> tuple[np.ndarray, list[SpokenWord]]:
    """Sentences one after the other, each after its seconds of silence."""
    per_ms = SAMPLE_RATE // 1000
    audio: list[np.ndarray] = []
    words: list[SpokenWord] = []
    at = 0  # milliseconds
    for silence, speech in parts:
        start = at + round(silence * 1000)
        length = -(-len(speech.samples) // per_ms)
        audio.append(np.zeros((start - at) * per_ms, np.float32))
        audio.append(np.pad(speech.samples, (0, length * per_ms - len(speech.samples))))
        words += [
            replace(word, start=word.start + start / 1000, end=word.end + start / 1000)
            for word in speech.words
        ]
        at = start + length
    return np.concatenate(audio), words
