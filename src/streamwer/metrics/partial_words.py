"""Partial words: words shown before they were final, and how many of them did not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import STABILITY, Display, divide_columns, metric, recording_columns
from streamwer.types import Step


@recording_columns
def build_partial_word_columns(recording: AlignedRecording) -> Mapping[str, int]:
    """Count a recording's partial words, shown and unstable."""
    shown, unstable = count_partial_words(recording.steps)
    return {"partial_words": shown, "unstable_words": unstable}


metric(
    "upwr",
    unit="share of tentative words",
    better="lower",
    source="unstable partial word ratio, named by Shangguan et al. 2020",
    shown=Display(
        STABILITY,
        51,
        "UPWR",
        "share of tentative words that changed later",
        ".1%",
        line="{:.2%} of the tentative words shown did not hold",
        rule_label="unstable partial words",
    ),
)(divide_columns("unstable_words", "partial_words"))


def count_partial_words(steps: Sequence[Step]) -> tuple[int, int]:
    """Count the tentative words in all updates, and those that the final text does not have there.

    They are compared with punctuation and case. The second over the first is the unstable partial
    word ratio (UPWR) in the form of this project; the name is from Shangguan et al. 2020.
    """
    final = [word.text for step in steps for word in step.update.committed]
    before = accumulate(len(step.update.committed) for step in steps)
    shown = unstable = 0
    for first, step in zip(before, steps, strict=True):
        tail = [word.text for word in step.update.tentative]
        there = final[first : first + len(tail)]
        shown += len(tail)
        unstable += len(tail) - sum(a == b for a, b in zip(tail, there, strict=False))
    return shown, unstable
