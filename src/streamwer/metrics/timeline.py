"""When each word of a stream was first shown for good and when it was committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from streamwer.transcript import Step, Word


@dataclass(frozen=True, slots=True)
class Emission:
    """A committed word and the steps that made it known.

    Attributes:
        word: the word as committed.
        committed: the step that committed it.
        shown: the first step that showed it at its place and from which it stayed.
    """

    word: Word
    committed: Step
    shown: Step


def emissions(steps: Sequence[Step]) -> list[Emission]:
    """Every committed word of one recording, in order."""
    before = [0, *accumulate(len(step.update.committed) for step in steps)]
    found = []
    for at, step in enumerate(steps):
        for offset, word in enumerate(step.update.committed):
            first = _first_shown(steps, before, at, before[at] + offset, word)
            found.append(Emission(word, step, steps[first]))
    return found


def _first_shown(
    steps: Sequence[Step], before: Sequence[int], committed: int, place: int, word: Word
) -> int:
    """Walk back from the commit while earlier steps showed the word at the same place."""
    first = committed
    for at in range(committed - 1, -1, -1):
        offset = place - before[at + 1]
        tail = steps[at].update.tentative
        if not 0 <= offset < len(tail) or tail[offset].text != word.text:
            break
        first = at
    return first


def erased(steps: Sequence[Step]) -> int:
    """Shown words that were taken back: the numerator of normalised erasure.

    Arivazhagan et al. 2020: at each update, the tentative words shown before that the new
    text does not repeat from the left.
    """
    total, tail = 0, ()  # type: int, tuple[Word, ...]
    for step in steps:
        now = (*step.update.committed, *step.update.tentative)
        kept = 0
        for old, new in zip(tail, now, strict=False):
            if old.text != new.text:
                break
            kept += 1
        total += len(tail) - kept
        tail = step.update.tentative
    return total
