"""The best point within a latency budget."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamwer.analysis.sweeps.point import Point
from streamwer.config.experiment import ScoringConfig
from streamwer.metrics.differences import wer_differences
from streamwer.metrics.tables import Scores


@dataclass(frozen=True)
class Choice:
    """What to take within a budget.

    Attributes:
        budget: largest p95 of the commit latency, seconds.
        best: the point with the lowest WER within it; None if there is none.
        sure: whether the whole interval of its p95 is within the budget.
        rivals: names of the other points within it.
        not_worse: those of them whose WER is not shown to differ from the best's (by the paired
            intervals over speakers, which hold for all rivals at once).
    """

    budget: float
    best: Point | None
    sure: bool = False
    rivals: tuple[str, ...] = ()
    not_worse: tuple[str, ...] = ()


def best_within(
    points: Sequence[Point],
    budgets: Sequence[float],
    scores: Mapping[str, Scores],
    scoring: ScoringConfig,
) -> list[Choice]:
    """The best point for each budget, from the smallest budget on.

    Lowest WER; of equal ones the lowest p95, then the first.

    Args:
        scores: of each point, by its name.
    """
    return [_choice(points, budget, scores, scoring) for budget in sorted(set(budgets))]


def _choice(
    points: Sequence[Point], budget: float, scores: Mapping[str, Scores], scoring: ScoringConfig
) -> Choice:
    inside = [point for point in points if point.placed and point.delay <= budget]
    if not inside:
        return Choice(budget, None)
    best = min(inside, key=lambda point: (point.errors, point.delay))
    rivals = tuple(point.name for point in inside if point is not best)
    tables = {name: scores[name] for name in (best.name, *rivals)}
    differences = wer_differences(tables, best.name, scoring)
    high = math.inf if best.p95.high is None else best.p95.high
    return Choice(
        budget=budget,
        best=best,
        sure=high <= budget,
        rivals=rivals,
        not_worse=tuple(name for name in rivals if not differences[name].shown),
    )
