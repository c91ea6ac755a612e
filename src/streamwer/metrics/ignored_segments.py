"""Segments of a recording that are not scored: words recognised there are left out.

As NIST's sclite does with segments that an STM marks IGNORE_TIME_SEGMENT_IN_SCORING: a word is
where its middle is. The reference has no words there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from streamwer.types import Step, Word


def drop_ignored_words(
    steps: Sequence[Step], ignored_segments: Sequence[tuple[float, float]]
) -> Sequence[Step]:
    """Drop the words, committed or tentative, that lie in ignored segments.

    A segment is its begin and its end, seconds; the end is not in it.
    """
    if not ignored_segments:
        return steps
    return [_drop_from_step(step, ignored_segments) for step in steps]


def _drop_from_step(step: Step, ignored_segments: Sequence[tuple[float, float]]) -> Step:
    committed, tentative = (
        tuple(word for word in words if not _is_ignored(word, ignored_segments))
        for words in (step.update.committed, step.update.tentative)
    )
    return replace(step, update=replace(step.update, committed=committed, tentative=tentative))


def _is_ignored(word: Word, ignored_segments: Sequence[tuple[float, float]]) -> bool:
    middle = (word.start + word.end) / 2
    return any(begin <= middle < end for begin, end in ignored_segments)
