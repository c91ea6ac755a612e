"""Percentiles that know how many events they need, and how sure they are.

Words of one recording are late together, so recordings are resampled, not words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streamwer.metrics.resampling import Floats, Settings, parts, resamples

Integers = NDArray[np.int64]

DECILES = tuple(share / 10 for share in range(1, 10))
_CELLS = 128
"""Ranges that sorted events are counted in before single events are looked at."""
_ROUNDING = 1e-9


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


def quantiles(
    values: Floats, groups: Integers, qs: Sequence[float], settings: Settings
) -> list[Quantile]:
    """The q-quantiles of pooled events by rank, with cluster-bootstrap percentile intervals.

    Args:
        values: one per event, shape (n,); infinite for an event that never came.
        groups: the recording of each event as 0 … k−1, each of which has events, shape (n,).
        qs: the quantiles that are asked for, each between 0 and 1.
        settings: of the intervals.

    Returns:
        For each q: value, low, high in the unit of `values`; infinite where so many events never
        came, and no interval from fewer than two recordings.
    """
    found = [_rank_value(values, q) for q in qs]
    return _with_intervals(found, len(values), groups, qs, settings, (values,))


def alone(values: Floats, q: float) -> Quantile:
    """The q-quantile by rank, without an interval; arguments as of `quantiles`."""
    return Quantile(_rank_value(values, q) if enough(len(values), q) else None)


def quantile_differences(
    values: Floats, baseline: Floats, groups: Integers, qs: Sequence[float], settings: Settings
) -> list[Quantile]:
    """How much later a system's quantiles are than a baseline's, on the same events.

    Both systems see the same resamples of recordings, so that what makes a recording late for
    both falls out. It is the difference of quantiles, not the quantile of differences.

    Args:
        values: the system's, one per event, shape (n,); infinite for an event that never came.
        baseline: the baseline's at the same events.
        groups: the recording of each event as 0 … k−1, each of which has events, shape (n,).
        qs: the quantiles that are asked for.
        settings: of the intervals.

    Returns:
        For each q, in the unit of `values`: +∞ where only the system's quantile never came, −∞
        where only the baseline's, and 0 where neither did.
    """
    pairs = [(_rank_value(values, q), _rank_value(baseline, q)) for q in qs]
    found = [_minus(np.array(mine), np.array(other)).item() for mine, other in pairs]
    return _with_intervals(found, len(values), groups, qs, settings, (values, baseline))


def shift_function(
    values: Floats, baseline: Floats, groups: Integers, settings: Settings
) -> dict[float, Quantile]:
    """The difference at each decile: whether a system is later everywhere, or only in its tail.

    Arguments as of `quantile_differences`; each interval holds for its decile alone.
    """
    found = quantile_differences(values, baseline, groups, DECILES, settings)
    return dict(zip(DECILES, found, strict=True))


def resampled(values: Floats, groups: Integers, q: float, settings: Settings) -> Floats:
    """The q-quantile of every resample of recordings, shape (replicates,).

    Results on the same recordings see the same resamples. Arguments as of `quantiles`.
    """
    return _resampled(values, groups, [q], settings)[:, 0]


def mean(estimates: Sequence[float], replicates: Sequence[Floats], settings: Settings) -> Quantile:
    """The mean of the quantiles of several results on the same recordings, with its interval.

    Args:
        estimates: the quantile of each result.
        replicates: those of its resamples, as `resampled` gives them; none if one is not known.
        settings: of the intervals.
    """
    if not estimates:
        return Quantile(None)
    value = sum(estimates) / len(estimates)
    if not replicates:
        return Quantile(value)
    low, high = _ends(np.mean(replicates, axis=0), settings)
    return Quantile(value, float(low), float(high))


def _ends(replicates: Floats, settings: Settings) -> Floats:
    """Both ends of the percentile interval, shape (2, …).

    By rank: between two infinite resamples there is nothing to interpolate.
    """
    ranks = [_rank(len(replicates), tail) for tail in settings.tails]
    found: Floats = np.sort(replicates, axis=0)[ranks]
    return found


def _with_intervals(
    found: Sequence[float],
    count: int,
    groups: Integers,
    qs: Sequence[float],
    settings: Settings,
    systems: Sequence[Floats],
) -> list[Quantile]:
    """The estimates, each with the ends that resampling one or two systems gives it."""
    sure = [enough(count, q, settings.confidence) for q in qs]
    if not any(sure):
        return [Quantile(None) for _ in qs]
    if groups.max() == 0:  # one recording says nothing about how recordings differ
        return [Quantile(v if ok else None) for v, ok in zip(found, sure, strict=True)]
    each = [_resampled(values, groups, qs, settings) for values in systems]
    low, high = _ends(each[0] if len(each) == 1 else _minus(*each), settings)
    return [
        Quantile(value, float(low[at]), float(high[at])) if sure[at] else Quantile(None)
        for at, value in enumerate(found)
    ]


def _minus(values: Floats, baseline: Floats) -> Floats:
    """The difference; 0 where both are infinite."""
    with np.errstate(invalid="ignore"):
        found: Floats = np.where(values == baseline, 0.0, values - baseline)
    return found


def _rank_value(values: Floats, q: float) -> float:
    if not len(values):
        return math.nan
    rank = _rank(len(values), q)
    return float(np.partition(values, rank)[rank])


def _rank(count: int, q: float) -> int:
    return max(0, math.ceil(q * count - _ROUNDING) - 1)


def _resampled(values: Floats, groups: Integers, qs: Sequence[float], settings: Settings) -> Floats:
    """The quantiles of each resample of whole groups, shape (replicates, quantiles).

    First the cell that holds the quantile is found from counts per group and cell, for all
    resamples at once; then only the events in that cell are weighed one by one.
    """
    order = np.argsort(values, kind="stable")
    values, groups = values[order], groups[order]
    cells = min(_CELLS, len(values))
    edges = np.arange(cells + 1) * len(values) // cells
    within = np.repeat(np.arange(cells), np.diff(edges))
    recordings = int(groups.max()) + 1
    counts = np.bincount(groups * cells + within, minlength=recordings * cells)
    upto = counts.reshape(recordings, cells).cumsum(axis=1).astype(np.float64)
    found = []
    for drawn in resamples(recordings, settings):
        below = drawn @ upto
        picked = [_pick(drawn, below, groups, edges, q) for q in qs]
        found.append(values[np.stack(picked, axis=1)])
    return np.concatenate(found)


def _pick(drawn: Floats, below: Floats, groups: Integers, edges: Integers, q: float) -> Integers:
    """Index of the event that is the quantile of each resample, shape (resamples,)."""
    wanted = np.maximum(np.ceil(q * below[:, -1] - _ROUNDING), 1)
    cell = np.argmax(below >= wanted[:, np.newaxis], axis=1)
    found = np.zeros(len(drawn), dtype=np.int64)
    for at in np.unique(cell):
        begin, members = edges[at], groups[edges[at] : edges[at + 1]]
        for rows in _split(np.flatnonzero(cell == at), len(members)):
            weight = drawn[np.ix_(rows, members)].cumsum(axis=1)
            weight += below[rows, at - 1, np.newaxis] if at else 0.0
            found[rows] = begin + np.argmax(weight >= wanted[rows, np.newaxis], axis=1)
    return found


def _split(rows: Integers, columns: int) -> Iterator[Integers]:
    """Rows in parts that keep a table of so many columns small."""
    begin = 0
    for some in parts(columns, len(rows)):
        yield rows[begin : begin + some]
        begin += some
