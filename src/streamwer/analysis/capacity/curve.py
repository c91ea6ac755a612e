"""The curve of a system: what its runs gave, load by load."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from statistics import median_high, median_low
from typing import Any

from streamwer.analysis.capacity.figures import Figures, broken, wer_points
from streamwer.config.load import SloConfig

_MORE_IS_BETTER = ("achieved", "emitted", "partial_rate")


@dataclass(frozen=True)
class Point:
    """One load.

    Attributes:
        middle: the median over the seeds of each figure; of two in the middle the worse.
        wer_points: the median of how far the WER is above that of the same calls alone.
        seeds: how many were played.
        within: how many of them met the service level.
        p95_low, p95_high: over the seeds; None where some have too few words.
    """

    middle: Figures
    wer_points: float
    seeds: int
    within: int
    p95_low: float | None
    p95_high: float | None

    @property
    def streams(self) -> int:
        """Calls at once."""
        return self.middle.streams


def curve(runs: Sequence[Figures], slo: SloConfig) -> list[Point]:
    """Every load that was played, in order.

    Args:
        runs: by streams and seed.
        slo: the service level.
    """
    return [_point(list(same), slo) for _, same in groupby(runs, lambda run: run.streams)]


def whole(points: Sequence[Point]) -> list[Point]:
    """The loads that were played with all seeds, not only those that a search happened to try."""
    most = max((point.seeds for point in points), default=0)
    return [point for point in points if point.seeds == most]


def gives_way(runs: Sequence[Figures], slo: SloConfig) -> tuple[str, ...]:
    """What of the level is missed first as the load grows, the most frequent over seeds first."""
    missed: Counter[str] = Counter()
    for seed in sorted({run.seed for run in runs}):
        # Where words are too few, nothing is known of what gave way.
        mine = [broken(run, slo) for run in runs if run.seed == seed and run.p95 is not None]
        missed.update(next(filter(None, mine), ()))
    return tuple(name for name, _ in missed.most_common())


def _point(runs: Sequence[Figures], slo: SloConfig) -> Point:
    late = [run.p95 for run in runs if run.p95 is not None]
    known = len(late) == len(runs)
    return Point(
        middle=Figures(**{each.name: _middle(runs, each.name) for each in fields(Figures)}),
        wer_points=_median([wer_points(run) for run in runs]),
        seeds=len(runs),
        within=sum(not broken(run, slo) for run in runs),
        p95_low=min(late) if known else None,
        p95_high=max(late) if known else None,
    )


def _middle(runs: Sequence[Figures], name: str) -> Any:
    values = [getattr(run, name) for run in runs]
    return None if None in values else _median(values, name in _MORE_IS_BETTER)


def _median(values: Sequence[float], more_is_better: bool = False) -> float:
    """Of two in the middle the worse; NaN where one is not known: it has no place in an order."""
    if any(map(math.isnan, values)):
        return math.nan
    return median_low(values) if more_is_better else median_high(values)
