"""Choice of the best point within a latency budget."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamwer.analysis.sweeps.point import SweepPoint
from streamwer.config.scoring import ScoringConfig
from streamwer.metrics.differences import compare_wer
from streamwer.metrics.tables import Scores


@dataclass(frozen=True)
class BudgetChoice:
    """The best point within a budget.

    Attributes:
        budget: largest latency, seconds.
        best: the point with the lowest WER within it; None if there is none.
        sure: whether the whole interval of its latency is within the budget.
        rivals: names of the other points within it.
        not_worse: those of them whose WER is not shown to differ from the best's (by the paired
            intervals over speakers, which hold for all rivals at once).
    """

    budget: float
    best: SweepPoint | None
    sure: bool = False
    rivals: tuple[str, ...] = ()
    not_worse: tuple[str, ...] = ()


def choose_within_budgets(
    points: Sequence[SweepPoint],
    budgets: Sequence[float],
    scores: Mapping[str, Scores],
    scoring: ScoringConfig,
) -> list[BudgetChoice]:
    """Choose the best point for each budget, from the smallest budget on.

    The lowest WER; of equal ones the lowest latency, then the first.

    Args:
        points: of the sweep.
        budgets: largest latency, seconds.
        scores: of each point, by its name.
        scoring: of the intervals.
    """
    return [_choose(points, budget, scores, scoring) for budget in sorted(set(budgets))]


def _choose(
    points: Sequence[SweepPoint],
    budget: float,
    scores: Mapping[str, Scores],
    scoring: ScoringConfig,
) -> BudgetChoice:
    within = [point for point in points if point.is_finite and point.delay <= budget]
    if not within:
        return BudgetChoice(budget, None)
    best = min(within, key=lambda point: (point.errors, point.delay))
    rivals = tuple(point.name for point in within if point is not best)
    tables = {name: scores[name] for name in (best.name, *rivals)}
    differences = compare_wer(tables, best.name, scoring)
    high = math.inf if best.late.high is None else best.late.high
    return BudgetChoice(
        budget=budget,
        best=best,
        sure=high <= budget,
        rivals=rivals,
        not_worse=tuple(name for name in rivals if not differences[name].excludes_zero),
    )
