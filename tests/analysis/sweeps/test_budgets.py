"""The best point within a budget, against trying them all."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from streamwer.analysis.sweeps.budgets import choose_within_budgets
from streamwer.metrics.differences import compare_wer
from streamwer.metrics.stats.quantiles import Quantile
from tests.analysis.sweeps import made_up
from tests.reports.synthetic import SCORING

FIGURES = st.tuples(
    st.sampled_from([0.1, 0.2, 0.3]), st.sampled_from([0.5, 1.0, 1.5, math.inf, None])
)


@given(st.lists(FIGURES, min_size=1, max_size=6), st.sampled_from([0.4, 0.5, 1.2, 9.0]))
def test_no_point_within_the_budget_is_better(
    figures: list[tuple[float, float | None]], budget: float
) -> None:
    tables = made_up.scores("careful", 1.0)
    points = [made_up.point(str(at), wer, p95) for at, (wer, p95) in enumerate(figures)]
    scores = {point.name: tables for point in points}
    (choice,) = choose_within_budgets(points, [budget], scores, replace(SCORING))
    inside = [p for p in points if math.isfinite(p.delay) and p.delay <= budget]
    if not inside:
        assert choice.best is None
        return
    assert choice.best in inside
    assert all((choice.best.errors, choice.best.delay) <= (p.errors, p.delay) for p in inside)
    assert set(choice.rivals) == {p.name for p in inside} - {choice.best.name}


def test_rivals_that_are_not_shown_to_differ_are_those_of_the_paired_test() -> None:
    sweep = made_up.sweep()
    *_, widest = choose_within_budgets(sweep.points, sweep.budgets, sweep.scores, SCORING)
    assert widest.best is not None
    differences = compare_wer(sweep.scores, widest.best.name, SCORING)
    assert set(widest.not_worse) == {name for name, d in differences.items() if not d.excludes_zero}
    assert 0 < len(widest.not_worse) < len(widest.rivals) == 5


def test_an_interval_that_goes_beyond_the_budget_is_told() -> None:
    tables = {"1": made_up.scores("careful", 1.0)}
    point = replace(made_up.point("1", 0.1, 1.0), p95=Quantile(1.0, 0.8, 1.3))
    tight, wide = choose_within_budgets([point], [1.5, 1.1], tables, SCORING)
    assert (tight.budget, tight.sure, wide.sure) == (1.1, False, True)
