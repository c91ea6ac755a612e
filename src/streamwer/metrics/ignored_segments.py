"""Stretches of a recording in which nothing is scored: what was heard there is left out.

As NIST's sclite does with segments that an STM marks IGNORE_TIME_SEGMENT_IN_SCORING: a word is
where its middle is. The reference has no words there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from streamwer.types import Step, Word


def scored(steps: Sequence[Step], unscored: Sequence[tuple[float, float]]) -> Sequence[Step]:
    """The steps of a recording without the words, committed or tentative, that are not scored.

    Args:
        steps: with the times of words as the recogniser told them.
        unscored: begin and end of each stretch, seconds; the end is not in it.
    """
    if not unscored:
        return steps
    return [_without(step, unscored) for step in steps]


def _without(step: Step, unscored: Sequence[tuple[float, float]]) -> Step:
    def kept(words: Sequence[Word]) -> tuple[Word, ...]:
        return tuple(word for word in words if not _within(word, unscored))

    update = step.update
    left = replace(update, committed=kept(update.committed), tentative=kept(update.tentative))
    return replace(step, update=left)


def _within(word: Word, unscored: Sequence[tuple[float, float]]) -> bool:
    middle = (word.start + word.end) / 2
    return any(begin <= middle < end for begin, end in unscored)
