"""Block bootstrap of a ratio of sums: how sure a WER, or a difference of WERs, is.

Blocks are speakers, because one speaker's recordings are hard or easy together (Bisani &
Ney 2004 for the bootstrap of word error rates; the blocks are drawn whole).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval."""

    value: float
    low: float
    high: float


def rate(
    errors: Floats, words: Floats, *, replicates: int, seed: int, confidence: float
) -> Interval:
    """Pooled errors per word with a percentile interval; one entry per block, shape (blocks,)."""
    return difference(errors, np.zeros_like(errors), words, replicates, seed, confidence)


def difference(
    errors: Floats,
    baseline: Floats,
    words: Floats,
    replicates: int,
    seed: int,
    confidence: float,
) -> Interval:
    """Paired difference of two systems' pooled rates on the same words, blocks resampled together.

    Args:
        errors: the system's errors per block, shape (blocks,).
        baseline: the baseline's errors per block, same order.
        words: reference words per block.
    """
    excess = errors - baseline
    if not words.sum():
        return Interval(math.nan, math.nan, math.nan)
    value = float(excess.sum() / words.sum())
    blocks = len(words)
    drawn = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1 / blocks), replicates)
    with np.errstate(invalid="ignore"):
        rates = (drawn @ excess) / (drawn @ words)
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    low, high = np.nanquantile(rates, tails)
    return Interval(value, float(low), float(high))
