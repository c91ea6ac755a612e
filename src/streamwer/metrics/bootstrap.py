"""Block bootstrap of a ratio of sums: how sure a WER, or a difference of WERs, is.

Blocks are speakers, because one speaker's recordings are hard or easy together (Bisani &
Ney 2004 for the bootstrap of word error rates; the blocks are drawn whole).

Below 40 blocks the percentiles of the resamples lie too near to the estimate: for 5 speakers
a "95 %" interval holds the truth in about 83 % of simulated data sets, for 10 in 90 %. Their
distance to the estimate is therefore scaled by what Student's t and the resampling of few
blocks ask for. The bootstrap-t covers as well, but its intervals are a third longer for 5
speakers, and one in twenty is twice as long: some resamples hardly vary, and it divides by
their spread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from streamwer.metrics import student
from streamwer.metrics.resampling import Floats, Settings, resamples

STUDENTISED_BELOW = 40
"""Blocks from which on the percentiles of the resamples are used as they are."""
FEW_BLOCKS = 10
"""Blocks below which an interval deserves a warning."""


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval."""

    value: float
    low: float
    high: float


def rate(errors: Floats, words: Floats, settings: Settings) -> Interval:
    """Pooled errors per word with its interval; one entry per block, shape (blocks,)."""
    found = differences(errors[np.newaxis], np.zeros_like(errors), words, settings)[0]
    # Scaling may lead below 0, where no error rate is. (NaN ends stay NaN.)
    return Interval(found.value, float(np.maximum(found.low, 0.0)), found.high)


def differences(
    errors: Floats, baseline: Floats, words: Floats, settings: Settings
) -> list[Interval]:
    """Paired differences of systems' pooled rates to a baseline's, on the same words.

    Args:
        errors: each system's errors per block, shape (systems, blocks).
        baseline: the baseline's errors per block, shape (blocks,).
        words: reference words per block, shape (blocks,).
        settings: of the intervals; all systems see the same resamples.

    Returns:
        One interval per system, in errors per word; with NaN ends where there is but one
        block, and all NaN without words.
    """
    excess, blocks = errors - baseline, len(words)
    if not words.sum():
        return [Interval(math.nan, math.nan, math.nan)] * len(errors)
    values = excess.sum(axis=1) / words.sum()
    if blocks < 2:
        return [Interval(float(value), math.nan, math.nan) for value in values]
    ends = np.quantile(_resampled(excess, words, settings), settings.tails, axis=0)
    low, high = values + widening(blocks, settings.confidence) * (ends - values)
    return [Interval(*map(float, three)) for three in zip(values, low, high, strict=True)]


def ratio_difference(
    above: Floats, below: Floats, base_above: Floats, base_below: Floats, settings: Settings
) -> Interval:
    """A ratio of sums minus a baseline's, where the denominators differ too; one entry per block.

    Both see the same resamples. With equal denominators it is what `differences` gives.

    Returns:
        NaN ends where there is but one block; all NaN where a denominator is 0.
    """
    blocks = len(below)
    if not below.sum() or not base_below.sum():
        return Interval(math.nan, math.nan, math.nan)
    value = above.sum() / below.sum() - base_above.sum() / base_below.sum()
    if blocks < 2:
        return Interval(float(value), math.nan, math.nan)
    sums = np.stack([above, below, base_above, base_below], axis=1)
    drawn = np.concatenate([counts @ sums for counts in resamples(blocks, settings)])
    drawn = drawn[(drawn[:, 1] > 0) & (drawn[:, 3] > 0)]
    ratios = drawn[:, 0] / drawn[:, 1] - drawn[:, 2] / drawn[:, 3]
    ends = np.quantile(ratios, settings.tails)
    low, high = value + widening(blocks, settings.confidence) * (ends - value)
    return Interval(float(value), float(low), float(high))


def widening(blocks: int, confidence: float) -> float:
    """What the distance of a percentile to the estimate is multiplied by; 1 for many blocks.

    The resamples of n blocks vary by (n − 1) / n too little, and their percentiles stand where
    a normal distribution's would, not Student's with n − 1 degrees of freedom.
    """
    if blocks >= STUDENTISED_BELOW:
        return 1.0
    upper = (1 + confidence) / 2
    ratio = student.quantile(upper, blocks - 1) / NormalDist().inv_cdf(upper)
    return ratio * math.sqrt(blocks / (blocks - 1))


def standard_errors(excess: Floats, words: Floats) -> Floats:
    """Of ratios of sums, by linearisation, for two blocks or more.

    Args:
        excess: the numerators per block, shape (systems, blocks).
        words: the denominators per block, shape (blocks,).
    """
    blocks, total = len(words), words.sum()
    values = excess.sum(axis=1, keepdims=True) / total
    squares = ((excess - values * words) ** 2).sum(axis=1)
    found: Floats = np.sqrt(blocks / (blocks - 1) * squares) / total
    return found


def caution(blocks: int, noun: str = "block") -> str:
    """What to say of intervals that rest on so few blocks; "" where there is nothing to say."""
    if blocks >= FEW_BLOCKS:
        return ""
    plural = "" if blocks == 1 else "s"
    return (
        f"only {blocks} {noun}{plural}: with fewer than {FEW_BLOCKS}, intervals for WER rest on"
        " the assumption that such blocks differ about normally"
    )


def _resampled(excess: Floats, words: Floats, settings: Settings) -> Floats:
    """The ratios of each resample, shape (replicates, systems); without those that drew no word."""
    found = []
    for drawn in resamples(len(words), settings):
        total = drawn @ words
        some = total > 0
        found.append((drawn[some] @ excess.T) / total[some, np.newaxis])
    return np.concatenate(found)
