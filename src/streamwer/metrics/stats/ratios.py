"""Intervals of a WER, or of a difference of WERs: ratios of sums over blocks of speakers.

Where errors are so few that blocks hardly differ, chance alone still gives the exact bounds of
their count, as if each word erred for itself; no interval is shorter than these.
"""

from __future__ import annotations

import math

import numpy as np

from streamwer.metrics.stats.distributions import binomial_bounds
from streamwer.metrics.stats.intervals import Floats, Interval, jackknife

_UNKNOWN = Interval(math.nan, math.nan, math.nan)


def estimate_rate(errors: Floats, words: Floats, confidence: float) -> Interval:
    """Estimate a pooled rate of errors with its interval.

    Args:
        errors: per block, shape (blocks,).
        words: reference words per block.
        confidence: of the interval.
    """
    found = estimate_ratio(errors, words, confidence)
    count, total = float(errors.sum()), float(words.sum())
    if not found.is_known or count > total:
        return found
    low, high = binomial_bounds(count, total, confidence)
    return Interval(found.value, max(0.0, min(found.low, low)), max(found.high, high))


def estimate_ratio(above: Floats, below: Floats, confidence: float) -> Interval:
    """Estimate a ratio of sums with its interval.

    Args:
        above: numerators per block, shape (blocks,).
        below: denominators.
        confidence: of the interval.

    Returns:
        NaN ends where there are fewer than two blocks; all NaN where the denominator is 0.
    """
    return compare_ratios(above, below, np.zeros_like(above), below, confidence)


def compare_rates(errors: Floats, baseline: Floats, words: Floats, confidence: float) -> Interval:
    """Compare a pooled rate of errors with a baseline's on the same words.

    Args:
        errors: the system's errors per block, shape (blocks,).
        baseline: the baseline's.
        words: reference words per block.
        confidence: of the interval.

    Returns:
        The difference in errors per word; with NaN ends where there is but one block, and all
        NaN without words.
    """
    found = compare_ratios(errors, words, baseline, words, confidence)
    if not found.is_known:
        return found
    below, above = _compute_exact_reach(errors - baseline, float(words.sum()), confidence)
    low, high = min(found.low, found.value - below), max(found.high, found.value + above)
    return Interval(found.value, low, high)


def compare_ratios(
    above: Floats, below: Floats, base_above: Floats, base_below: Floats, confidence: float
) -> Interval:
    """Compare a ratio of sums with another whose denominators may differ.

    Args:
        above: numerators per block, shape (blocks,).
        below: denominators.
        base_above: numerators of the ratio that is subtracted.
        base_below: its denominators.
        confidence: of the interval.

    Returns:
        NaN ends where there are fewer than two blocks; all NaN where a denominator is 0.
    """
    sums = np.stack([above, below, base_above, base_below])
    totals = sums.sum(axis=1)
    if not totals[1] or not totals[3]:
        return _UNKNOWN
    sums = sums[:, (sums != 0).any(axis=0)]  # a block without anything says nothing
    without = totals[:, np.newaxis] - sums
    with np.errstate(divide="ignore", invalid="ignore"):
        taken = without[0] / without[1] - without[2] / without[3]
    value = float(totals[0] / totals[1] - totals[2] / totals[3])
    if np.isnan(taken).any():  # one block has all the words
        return Interval(value, math.nan, math.nan)
    return jackknife(value, taken, sums[1], confidence)


def _compute_exact_reach(excess: Floats, total: float, confidence: float) -> tuple[float, float]:
    """Return how far below and above a difference its exact bounds are.

    Of the blocks' excess errors those for and those against count as independent events with
    exact bounds each, put together as by Zou & Donner 2008 (MOVER).
    """
    more, fewer = (float(np.maximum(sign * excess, 0).sum()) for sign in (1, -1))
    if max(more, fewer) > total:
        return 0.0, 0.0
    (more_low, more_high), (fewer_low, fewer_high) = (
        binomial_bounds(count, total, confidence) for count in (more, fewer)
    )
    more, fewer = more / total, fewer / total
    below = math.hypot(more - more_low, fewer_high - fewer)
    above = math.hypot(more_high - more, fewer - fewer_low)
    return below, above
