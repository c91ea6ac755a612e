"""Turns of a recording, and the signals by which a system says that they have ended."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from streamwer.metrics.word_table import NEVER
from streamwer.types import Reference, Step


class Turn(NamedTuple):
    """A turn of the reference; times are seconds.

    Attributes:
        words: the numbers of its words.
        delay: from its end to the first signal after its last word had begun; never, if none came;
            NaN where the audio ends before the pause that would end the turn.
        is_cut: whether a signal came before its last word had begun.
    """

    words: range
    delay: float
    is_cut: bool


def measure_turns(reference: Reference, steps: Sequence[Step], pause_s: float) -> list[Turn]:
    """Match the turns of a recording with the signals of a system; none without word times.

    A signal is of the turn in which the moment lies that it names, or after which it lies: one
    that comes late is none of the next turn.

    Args:
        reference: with its turns, or else they are told by pauses.
        steps: of the recording.
        pause_s: shortest pause between two turns, seconds.
    """
    words, firsts = reference.words, _find_first_words(reference, pause_s)
    starts = [words[first].start for first in firsts]
    signals: list[list[float]] = [[] for _ in firsts]
    for step in steps:
        turn = bisect_right(starts, step.update.turn_end) - 1
        if step.update.turn_end and turn >= 0:
            signals[turn].append(step.emitted)
    turns = []
    for (first, after), times in zip(pairwise([*firsts, len(words)]), signals, strict=True):
        last = words[after - 1]
        delay = next((at for at in times if at >= last.start), NEVER) - last.end
        if after == len(words) and reference.seconds - last.end < pause_s:
            delay = math.nan
        turns.append(Turn(range(first, after), delay, any(at < last.start for at in times)))
    return turns


def _find_first_words(reference: Reference, pause_s: float) -> list[int]:
    """Return the number of the first word of each turn."""
    words = reference.words
    begins = [begin for begin, _ in reference.turns]
    # A word is of the segment that its middle lies in, or after.
    owners = [bisect_right(begins, (word.start + word.end) / 2) for word in words]
    return [
        number
        for number, word in enumerate(words)
        if not number
        or (
            owners[number] != owners[number - 1]
            if begins
            else word.start - words[number - 1].end >= pause_s
        )
    ]
