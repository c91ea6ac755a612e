"""Percentiles that know how many events they need, and how sure they are.

Words of one speaker are late together, so speakers are left out in turn, not words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from streamwer.metrics.stats.intervals import Floats, Interval, jackknife
from streamwer.metrics.stats.ratios import estimate_rate

Integers = NDArray[np.int64]

DECILES = tuple(share / 10 for share in range(1, 10))
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Quantile:
    """A percentile with its interval; `value` is None where there are too few events."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def excludes_zero(self) -> bool:
        """Tell whether 0 is outside of the interval: of a difference, whether there is one."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high

    @classmethod
    def from_interval(cls, found: Interval) -> Self:
        """Take over an estimate, and its ends where they are known."""
        return cls(found.value, found.low, found.high) if found.is_known else cls(found.value)


def has_enough_events(count: int, q: float, confidence: float = 0.95) -> bool:
    """Tell whether `count` events give a quantile an interval with a finite upper bound.

    The largest of n events exceeds the q-quantile with probability 1 − q^n, which must reach
    the upper confidence limit: p95 needs 72 events and p99 needs 368.

    Args:
        count: of events.
        q: the quantile.
        confidence: of the interval, which has two sides.
    """
    return count > 0 and 1 - q**count >= 1 - (1 - confidence) / 2


def estimate_quantiles(
    values: Floats, groups: Integers, qs: Sequence[float], confidence: float
) -> list[Quantile]:
    """Take the q-quantiles of pooled events by rank, with jackknife intervals over groups.

    Args:
        values: one per event, shape (n,); infinite for an event that never came.
        groups: the speaker of each event as 0 … k−1, each of whom has events, shape (n,).
        qs: the quantiles that are asked for, each between 0 and 1.
        confidence: of each interval.

    Returns:
        For each q: value, low, high in the unit of `values`; infinite where so many events never
        came, and no interval from fewer than two groups.
    """
    pooled = _PooledEvents(values, groups)
    return [_estimate_pooled(pooled, q, confidence) for q in qs]


def estimate_quantile(values: Floats, q: float) -> Quantile:
    """Take the q-quantile by rank, without an interval, of values of shape (n,)."""
    if not has_enough_events(len(values), q):
        return Quantile(None)
    rank = _compute_rank(len(values), q)
    return Quantile(float(np.partition(values, rank)[rank]))


def compare_quantiles(
    values: Floats, baseline: Floats, groups: Integers, qs: Sequence[float], confidence: float
) -> list[Quantile]:
    """Compare a system's quantiles with a baseline's on the same events.

    Both leave out the same speakers in turn, so that what makes a speaker late for both falls
    out. It is the difference of quantiles, not the quantile of differences.

    Args:
        values: the system's, one per event, shape (n,); infinite for an event that never came.
        baseline: the baseline's at the same events.
        groups: the speaker of each event as 0 … k−1, each of whom has events, shape (n,).
        qs: the quantiles that are asked for.
        confidence: of each interval.

    Returns:
        For each q, in the unit of `values`: +∞ where only the system's quantile never came, −∞
        where only the baseline's, and 0 where neither did.
    """
    system, base = _PooledEvents(values, groups), _PooledEvents(baseline, groups)
    return [_compare_pooled(system, base, q, confidence) for q in qs]


def estimate_shift_function(
    values: Floats, baseline: Floats, groups: Integers, confidence: float
) -> dict[float, Quantile]:
    """Estimate the difference at each decile: is a system later everywhere, or in its tail?

    Wilcox 1995; each interval holds for its decile alone.

    Args:
        values: the system's, one per event, shape (n,); infinite for an event that never came.
        baseline: the baseline's at the same events.
        groups: the speaker of each event as 0 … k−1, each of whom has events, shape (n,).
        confidence: of each interval.
    """
    found = compare_quantiles(values, baseline, groups, DECILES, confidence)
    return dict(zip(DECILES, found, strict=True))


def average_quantile(
    results: Sequence[tuple[Floats, Integers]], q: float, confidence: float
) -> Quantile:
    """Take the mean of one quantile of several results on the same speakers.

    Args:
        results: the values and the groups of each, as `quantiles` takes them.
        q: the quantile.
        confidence: of the interval.
    """
    pooled = [_PooledEvents(*each) for each in results]
    if not pooled or not all(has_enough_events(len(each.values), q, confidence) for each in pooled):
        return Quantile(None)
    value = float(np.mean([each.quantile(q) for each in pooled]))
    without = np.mean([each.drop_each(q) for each in pooled], axis=0)
    return Quantile.from_interval(jackknife(value, without, pooled[0].sizes, confidence))


class _PooledEvents:
    """The events of all groups in order of size."""

    def __init__(self, values: Floats, groups: Integers) -> None:
        order = np.argsort(values, kind="stable")
        self.values = values[order]
        by_group = np.argsort(groups[order], kind="stable")
        self.sizes = np.bincount(groups).astype(np.float64)
        self._places = np.split(by_group, np.bincount(groups).cumsum()[:-1])

    def quantile(self, q: float) -> float:
        """Return the q-quantile by rank."""
        return float(self.values[_compute_rank(len(self.values), q)])

    def drop_each(self, q: float) -> Floats:
        """Return the quantile without each group in turn, shape (groups,); NaN without events."""
        return np.array([self._drop_events(places, q) for places in self._places])

    def may_be_never(self, q: float, confidence: float) -> bool:
        """Tell whether so many events never came that the quantile may be one of them."""
        missing = np.array([np.isinf(self.values[each]).sum() for each in self._places], float)
        return bool(missing.any()) and estimate_rate(missing, self.sizes, confidence).high > 1 - q

    def _drop_events(self, places: Integers, q: float) -> float:
        """Return the event of that rank among those that are not at these places."""
        left = len(self.values) - len(places)
        if not left:
            return math.nan
        rank = _compute_rank(left, q)
        before = places - np.arange(len(places))  # events of others in front of each
        return float(self.values[rank + np.searchsorted(before, rank, side="right")])


def _estimate_pooled(pooled: _PooledEvents, q: float, confidence: float) -> Quantile:
    if not has_enough_events(len(pooled.values), q, confidence):
        return Quantile(None)
    without = pooled.drop_each(q)
    interval = jackknife(pooled.quantile(q), without, pooled.sizes, confidence)
    found = Quantile.from_interval(interval)
    if found.low is None or found.high is None:
        return found
    never = math.inf if pooled.may_be_never(q, confidence) else -math.inf
    least = float(pooled.values[0])  # no quantile is below every event
    return replace(found, low=max(found.low, least), high=max(found.high, never))


def _compare_pooled(
    system: _PooledEvents, base: _PooledEvents, q: float, confidence: float
) -> Quantile:
    """Compare one quantile; if only one side's may never come, so may the end on that side."""
    if not has_enough_events(len(system.values), q, confidence):
        return Quantile(None)
    value = _subtract(np.array(system.quantile(q)), np.array(base.quantile(q))).item()
    without = _subtract(system.drop_each(q), base.drop_each(q))
    found = Quantile.from_interval(jackknife(value, without, system.sizes, confidence))
    never = system.may_be_never(q, confidence), base.may_be_never(q, confidence)
    if found.low is None or never[0] == never[1]:
        return found
    return replace(found, high=math.inf) if never[0] else replace(found, low=-math.inf)


def _subtract(values: Floats, baseline: Floats) -> Floats:
    """Subtract; 0 where both are infinite."""
    with np.errstate(invalid="ignore"):
        found: Floats = np.where(values == baseline, 0.0, values - baseline)
    return found


def _compute_rank(count: int, q: float) -> int:
    return max(0, math.ceil(q * count - _ROUNDING) - 1)
