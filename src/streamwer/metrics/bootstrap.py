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


@dataclass(frozen=True)
class Settings:
    """How intervals are made: resamples, seed, and the share of intervals that hold the truth."""

    replicates: int
    seed: int
    confidence: float


def rate(errors: Floats, words: Floats, settings: Settings) -> Interval:
    """Pooled errors per word with a percentile interval; one entry per block, shape (blocks,)."""
    return difference(errors, np.zeros_like(errors), words, settings)


def difference(errors: Floats, baseline: Floats, words: Floats, settings: Settings) -> Interval:
    """Paired difference of two systems' pooled rates on the same words, blocks resampled together.

    Args:
        errors: the system's errors per block, shape (blocks,).
        baseline: the baseline's errors per block, same order.
        words: reference words per block.
        settings: of the interval, which has NaN ends where there is but one block.
    """
    excess, blocks = errors - baseline, len(words)
    value = float(excess.sum() / words.sum()) if words.sum() else math.nan
    if blocks < 2 or not words.sum():
        return Interval(value, math.nan, math.nan)
    rng = np.random.default_rng(settings.seed)
    drawn = rng.multinomial(blocks, np.full(blocks, 1 / blocks), settings.replicates)
    with np.errstate(invalid="ignore"):
        rates = (drawn @ excess) / (drawn @ words)
    tails = ((1 - settings.confidence) / 2, (1 + settings.confidence) / 2)
    low, high = np.nanquantile(rates, tails)
    return Interval(value, float(low), float(high))
