"""MAPSSWE, the matched-pair test of speech recognition, as a cross-check of sign-flipping.

Gillick & Cox 1989: words are cut into segments between which both systems were right for a
while, so that errors of different segments hardly depend on each other. It knows no speakers;
where these differ among themselves it claims too much.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

GOOD_WORDS = 2
"""Words in a row that both systems had right, and that end a segment."""
ENOUGH_SEGMENTS = 50
"""Below so many the test's normal approximation is not to be relied on (Gillick & Cox)."""


def word_errors(recordings: pd.DataFrame, words: pd.DataFrame) -> tuple[Integers, Integers]:
    """The errors at each reference word as they were aligned, recordings in order of their names.

    An insertion counts at the word before it, or at the first one. A recording without reference
    words is one place, so that its insertions are not lost.

    Args:
        recordings: a system's recordings table.
        words: its words table.

    Returns:
        The number of each place's recording, and the errors there; shape (places,).
    """
    table = recordings.sort_values("recording")
    spoken = (table["hits"] + table["substitutions"] + table["deletions"]).to_numpy()
    places = np.maximum(spoken, 1)
    begins = pd.Series(places.cumsum() - places, index=table["recording"])
    wrong = words[words["status"] != "hit"]
    inserted = (wrong["status"] == "inserted").to_numpy()
    at = np.maximum(wrong["index"].to_numpy() - inserted, 0)
    at += begins.loc[wrong["recording"]].to_numpy()
    numbers = np.repeat(np.arange(len(table)), places)
    return numbers, np.bincount(at.astype(np.int64), minlength=len(numbers))


def segments(errors: Integers, baseline: Integers, recording: Integers) -> Integers:
    """The system's errors minus the baseline's in each segment where either erred.

    Args:
        errors: the system's errors at each reference word, in order of time, shape (words,).
        baseline: the baseline's at the same words.
        recording: the recording of each word; no segment spans two of them.

    Returns:
        One difference per segment, shape (segments,).
    """
    wrong = np.flatnonzero(errors + baseline)
    if not len(wrong):
        return np.zeros(0, dtype=np.int64)
    apart = (np.diff(wrong) > GOOD_WORDS) | (np.diff(recording[wrong]) != 0)
    begins = np.concatenate([[0], np.flatnonzero(apart) + 1])
    found: Integers = np.add.reduceat((errors - baseline)[wrong], begins)
    return found


def p_value(excess: Integers) -> float:
    """Two-sided p of the segments' mean difference; NaN for too few segments to tell.

    Systems that differ in no segment have p = 1.
    """
    if not np.any(excess):
        return 1.0
    if len(excess) < ENOUGH_SEGMENTS:
        return math.nan
    error = float(np.std(excess, ddof=1)) / math.sqrt(len(excess))
    mean = abs(float(np.mean(excess)))
    return math.erfc(mean / error / math.sqrt(2)) if error else 0.0
