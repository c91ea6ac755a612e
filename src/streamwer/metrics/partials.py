"""Partial words: what was shown before it was final, and how much of that did not hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import pandas as pd

from streamwer.types import Step


@dataclass(frozen=True)
class Partials:
    """Words shown as tentative, counted in every update that showed them.

    Attributes:
        shown: all of them.
        unstable: those for which the final text has another word at that place, or none.
    """

    shown: int
    unstable: int


def partials(steps: Sequence[Step]) -> Partials:
    """Of one recording; words are compared as shown, punctuation and case included.

    Unstable over shown is the unstable partial word ratio (UPWR) in the form of this project;
    the name is from Shangguan et al. 2020.
    """
    final = [word.text for step in steps for word in step.update.committed]
    before = accumulate(len(step.update.committed) for step in steps)
    shown = unstable = 0
    for first, step in zip(before, steps, strict=True):
        tail = [word.text for word in step.update.tentative]
        there = final[first : first + len(tail)]
        kept = sum(one == other for one, other in zip(tail, there, strict=False))
        shown += len(tail)
        unstable += len(tail) - kept
    return Partials(shown, unstable)


def pooled_upwr(recordings: pd.DataFrame) -> float:
    """Of a recordings table: a ratio of sums, NaN where nothing tentative was shown."""
    shown = recordings["partial_words"].sum()
    return float(recordings["unstable_words"].sum() / shown) if shown else math.nan
