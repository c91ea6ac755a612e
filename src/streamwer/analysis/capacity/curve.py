"""Load curve of a system: its figures at each number of concurrent calls."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from statistics import median_high, median_low
from typing import Any

from streamwer.analysis.capacity.figures import LoadFigures, compute_wer_increase, slo_violations
from streamwer.config.load import SloConfig

_MORE_IS_BETTER = ("achieved", "emitted", "partial_rate")


@dataclass(frozen=True)
class LoadPoint:
    """Figures at one load.

    Attributes:
        middle: the median over the seeds of each figure; of two in the middle the worse.
        wer_points: the median of how far the WER is above that of the same calls alone.
        seeds: how many were played.
        within: how many of them met the service level.
        p95_low, p95_high: over the seeds; None where some have too few words.
    """

    middle: LoadFigures
    wer_points: float
    seeds: int
    within: int
    p95_low: float | None
    p95_high: float | None

    @property
    def streams(self) -> int:
        """Concurrent calls."""
        return self.middle.streams


def build_curve(runs: Sequence[LoadFigures], slo: SloConfig) -> list[LoadPoint]:
    """Return the figures at every load that was played, in order, of runs by streams and seed."""
    return [_build_point(list(group), slo) for _, group in groupby(runs, lambda run: run.streams)]


def select_complete(points: Sequence[LoadPoint]) -> list[LoadPoint]:
    """Return the loads that were played with all seeds, not those that only a search tried."""
    most = max((point.seeds for point in points), default=0)
    return [point for point in points if point.seeds == most]


def first_violated_slo(runs: Sequence[LoadFigures], slo: SloConfig) -> tuple[str, ...]:
    """Return the SLOs violated first as the load grows, the most frequent over seeds first."""
    first: Counter[str] = Counter()
    for seed in sorted({run.seed for run in runs}):
        # A run of too few words does not tell which SLO was violated first.
        violations = [
            slo_violations(run, slo) for run in runs if run.seed == seed and run.p95 is not None
        ]
        first.update(next(filter(None, violations), ()))
    return tuple(name for name, _ in first.most_common())


def _build_point(runs: Sequence[LoadFigures], slo: SloConfig) -> LoadPoint:
    late = [run.p95 for run in runs if run.p95 is not None]
    known = len(late) == len(runs)
    return LoadPoint(
        middle=LoadFigures(
            **{each.name: _compute_median(runs, each.name) for each in fields(LoadFigures)}
        ),
        wer_points=_median([compute_wer_increase(run) for run in runs]),
        seeds=len(runs),
        within=sum(not slo_violations(run, slo) for run in runs),
        p95_low=min(late) if known else None,
        p95_high=max(late) if known else None,
    )


def _compute_median(runs: Sequence[LoadFigures], name: str) -> Any:
    values = [getattr(run, name) for run in runs]
    return None if None in values else _median(values, name in _MORE_IS_BETTER)


def _median(values: Sequence[float], more_is_better: bool = False) -> float:
    """Median, of two in the middle the worse; NaN where one is unknown."""
    if any(map(math.isnan, values)):
        return math.nan
    return median_low(values) if more_is_better else median_high(values)
