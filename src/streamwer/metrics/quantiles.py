"""Percentiles that know how many events they need, and how sure they are.

Words of one recording are late together, so recordings are resampled, not words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_CHUNK = 2_000_000


@dataclass(frozen=True)
class Quantile:
    """A percentile with its interval; `value` is None where there are too few events."""

    value: float | None
    low: float | None = None
    high: float | None = None


def enough(count: int, q: float, confidence: float = 0.95) -> bool:
    """Whether `count` events give the quantile a two-sided interval with a finite upper bound.

    The largest of n events exceeds the q-quantile with probability 1 − q^n, which must reach
    the upper confidence limit: p95 needs 72 events and p99 needs 368.
    """
    return count > 0 and 1 - q**count >= 1 - (1 - confidence) / 2


def quantile(
    values: Floats, groups: Integers, q: float, *, replicates: int, seed: int, confidence: float
) -> Quantile:
    """The q-quantile of pooled events by rank, with a cluster-bootstrap percentile interval.

    Args:
        values: one per event, shape (n,); infinite for an event that never came.
        groups: the recording of each event as 0 … k−1, shape (n,).

    Returns:
        value, low, high in the unit of `values`; infinite where so many events never came,
        and no interval from fewer than two recordings.
    """
    if not enough(len(values), q, confidence):
        return Quantile(None)
    order = np.argsort(values, kind="stable")
    values, groups = values[order], groups[order]
    value = float(values[_rank(len(values), q)])
    if groups.max() == 0:
        return Quantile(value)  # one recording says nothing about how recordings differ
    resampled = _resampled(values, groups, q, replicates, seed)
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    low, high = np.quantile(resampled, tails, method="inverted_cdf")
    return Quantile(value, float(low), float(high))


def _rank(count: int, q: float) -> int:
    return max(0, math.ceil(q * count) - 1)


def _resampled(values: Floats, groups: Integers, q: float, replicates: int, seed: int) -> Floats:
    """The quantile of each resample of whole groups, from already sorted values."""
    rng = np.random.default_rng(seed)
    count = int(groups.max()) + 1
    found = []
    size = max(1, _CHUNK // len(values))
    for begin in range(0, replicates, size):
        drawn = rng.multinomial(count, np.full(count, 1 / count), min(size, replicates - begin))
        weight = np.cumsum(drawn[:, groups], axis=1)
        wanted = np.maximum(np.ceil(q * weight[:, -1:]), 1)
        found.append(values[np.argmax(weight >= wanted, axis=1)])
    return np.concatenate(found)
