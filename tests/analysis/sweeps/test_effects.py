"""Main effects are plain means over the points with a value."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import pytest

from streamwer.analysis.sweeps.effects import estimate_main_effects
from streamwer.analysis.sweeps.point import build_point
from tests.analysis.sweeps import made_up
from tests.reports.synthetic import SCORING


def test_each_value_has_the_mean_of_its_points() -> None:
    sweep = made_up.sweep()
    good = [point for point in sweep.points if not point.failure]
    for effect in estimate_main_effects(sweep.points, sweep.scores, sweep.axes, SCORING):
        key = "name" if effect.axis == "policy" else "chunk_s"
        for level in effect.levels:
            mine = [
                p
                for p in good
                if f"{p.config['policy'][key]:{'' if key == 'name' else 'g'}}" == level.value
            ]
            assert level.points == len(mine) > 0
            assert level.wer.value == pytest.approx(sum(p.errors for p in mine) / len(mine))
            assert level.late.value == pytest.approx(sum(p.delay for p in mine) / len(mine))
            assert level.wer.low <= level.wer.value <= level.wer.high


def test_a_full_grid_is_balanced_and_one_with_a_hole_is_not() -> None:
    sweep = made_up.sweep()
    full = estimate_main_effects(sweep.points, sweep.scores, sweep.axes, SCORING)
    assert [effect.balanced for effect in full] == [True, True]
    holed = estimate_main_effects(sweep.points[1:], sweep.scores, sweep.axes, SCORING)
    assert [effect.balanced for effect in holed] == [False, False]


def test_values_come_in_the_order_of_their_size() -> None:
    sweep = made_up.sweep()
    by_axis = {
        e.axis: e for e in estimate_main_effects(sweep.points, sweep.scores, sweep.axes, SCORING)
    }
    assert [level.value for level in by_axis["policy.chunk_s"].levels] == ["0.5", "1", "2"]
    assert [level.value for level in by_axis["policy"].levels] == ["careful", "hasty"]


def test_a_point_without_a_p95_counts_for_the_wer_and_is_told() -> None:
    tables = made_up.scores("careful", 1.0)
    points = [
        made_up.point(f"{a}{b}", 0.1, p95, a=a, b=b)
        for (a, b), p95 in zip(product("xy", "uv"), [1.0, None, math.inf, None], strict=True)
    ]
    scores = {point.name: tables for point in points}
    first, second = estimate_main_effects(points, scores, ["a"], SCORING)[0].levels
    p95 = build_point("", "", {}, tables, SCORING).delay
    assert (first.points, first.late.value, first.unplaced) == (2, p95, 1)
    assert second.unplaced == 2
    assert second.late.value is None


def test_the_interval_of_one_points_mean_is_that_of_the_point() -> None:
    sweep = made_up.sweep()
    one = sweep.points[0]
    for effect in estimate_main_effects([one], sweep.scores, sweep.axes, SCORING):
        assert effect.levels[0].late == one.p95


def test_the_mean_of_points_that_are_late_together_is_no_surer_than_one_of_them() -> None:
    """All points heard the same recordings: what made one late is not averaged out."""
    sweep = made_up.sweep()
    one = sweep.points[0]
    twins = [replace(one, config=one.config | {"twin": number}) for number in range(3)]
    found = estimate_main_effects(twins, sweep.scores, ["policy"], SCORING)[0].levels[0].late
    for end in ("value", "low", "high"):
        assert getattr(found, end) == pytest.approx(getattr(one.p95, end))
