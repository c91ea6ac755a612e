"""What is met and what is not: each criterion at its limit, for the mean of the repeats."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from lab.validation.agreement import LOADS, Load, Pair, Verdict, find_capacities, judge_pairs
from lab.validation.figures import Figures
from streamwer.config.load import SloConfig

BELOW, BEYOND, STALLED = LOADS[0], LOADS[2], LOADS[3]
SLO = SloConfig(p95_commit_s=3.0, lag_slope=0.005)


def run(clock: str, **values: float | None) -> Figures:
    known: dict[str, object] = {
        "p50": 1.0,
        "p95": 2.0,
        "lag_slope": 0.0,
        "backlog": None,
        "recovery": None,
    }
    figures = Figures(
        clock=clock,
        streams=40,
        seed=1,
        words=500,
        busy=0.3,
        call=0.02,
        generator_lag=None,
        waited=None,
        waits=np.zeros((1, 2)),
        late=np.ones(500),
        **{name: None if name in ("p50", "p95", "backlog", "recovery") else 0.0 for name in known},  # type: ignore[arg-type]
    )
    return replace(figures, **{**known, **values})  # type: ignore[arg-type]


def pair(load: Load, **virtual: float | None) -> Pair:
    stalled = {"backlog": 2.0, "recovery": 6.0} if load.stalled else {}
    return Pair(load, run("virtual", **{**stalled, **virtual}), run("wall", **stalled))


def index_verdicts(found: list[Verdict]) -> dict[str, Verdict]:
    return {verdict.criterion: verdict for verdict in found}


def test_clocks_that_say_the_same_meet_all() -> None:
    found = judge_pairs([pair(load) for load in LOADS], [], SLO)
    assert all(verdict.off == 0 for verdict in found)
    assert set(index_verdicts(found)) == {
        *(
            f"{name} at {load}"
            for name in ("p50", "p95")
            for load in ("0.3", "0.7", "0.7, stalled")
        ),
        *(f"sign of the lag slope at {load.name}" for load in LOADS),
        "backlog after the stall",
        "recovery after the stall",
    }


@pytest.mark.parametrize(
    ("load", "virtual", "criterion", "met"),
    [
        (BELOW, {"p50": 1.049}, "p50 at 0.3", True),
        (BELOW, {"p50": 1.051}, "p50 at 0.3", False),
        (BELOW, {"p50": 0.949}, "p50 at 0.3", False),
        (BELOW, {"p95": 2.09}, "p95 at 0.3", True),
        (BELOW, {"p95": 2.11}, "p95 at 0.3", False),
        (BELOW, {"p95": None}, "p95 at 0.3", False),
        (BELOW, {"p95": math.inf}, "p95 at 0.3", False),
        (BEYOND, {"lag_slope": 0.0051}, "sign of the lag slope at 1.2", False),
        (BEYOND, {"lag_slope": 0.0049}, "sign of the lag slope at 1.2", True),
        (STALLED, {"backlog": 2.19}, "backlog after the stall", True),
        (STALLED, {"backlog": 2.21}, "backlog after the stall", False),
        (STALLED, {"recovery": 6.59}, "recovery after the stall", True),
        (STALLED, {"recovery": 6.61}, "recovery after the stall", False),
        (STALLED, {"recovery": math.inf}, "recovery after the stall", False),
    ],
)
def test_a_criterion_ends_at_its_limit(
    load: Load, virtual: dict[str, float | None], criterion: str, met: bool
) -> None:
    found = index_verdicts(judge_pairs([pair(load, **virtual)], [], SLO))
    assert found[criterion].met is met


def test_small_latencies_may_be_off_by_milliseconds() -> None:
    wall = run("wall", p50=0.1, p95=0.2)
    near = Pair(BELOW, replace(wall, clock="virtual", p50=0.119), wall)
    far = Pair(BELOW, replace(wall, clock="virtual", p50=0.121), wall)
    assert index_verdicts(judge_pairs([near], [], SLO))["p50 at 0.3"].met
    assert not index_verdicts(judge_pairs([far], [], SLO))["p50 at 0.3"].met


def test_a_worker_that_nobody_waited_for_has_no_share_to_be_off_by() -> None:
    stalled = Pair(
        STALLED, run("virtual", backlog=0.01, recovery=1.0), run("wall", backlog=0.0, recovery=1.0)
    )
    found = index_verdicts(judge_pairs([stalled], [], SLO))["backlog after the stall"]
    assert (found.off, found.told) == (0.5, "0.010 s against 0.000 s: +10 ms")


def test_the_mean_of_the_repeats_is_judged_and_the_furthest_is_told() -> None:
    repeats = [pair(BELOW, p50=1.08), pair(BELOW, p50=0.98), pair(BELOW, p50=1.0)]
    found = index_verdicts(judge_pairs(repeats, [], SLO))["p50 at 0.3"]
    assert found.off == pytest.approx(0.02 / 0.05)
    assert found.told == "1.020 s against 1.000 s: +20 ms, +2.0% (furthest repeat +8.0%)"


def test_a_repeat_of_a_busy_machine_is_left_out_where_three_others_are_left() -> None:
    quiet = pair(BELOW)
    busy = replace(quiet, wall=replace(quiet.wall, p50=1.5, waited=0.12))
    assert index_verdicts(judge_pairs([quiet, busy, quiet, quiet], [], SLO))["p50 at 0.3"].met
    assert not index_verdicts(judge_pairs([quiet, busy, quiet], [], SLO))["p50 at 0.3"].met
    other = replace(quiet, wall=replace(quiet.wall, p50=1.5, waited=0.08))  # for no such reason
    assert not index_verdicts(judge_pairs([quiet, other, quiet, quiet], [], SLO))["p50 at 0.3"].met


@pytest.mark.parametrize("lost", [None, math.inf])
def test_a_repeat_without_a_figure_is_not_made_good_by_others(lost: float | None) -> None:
    found = index_verdicts(judge_pairs([pair(BELOW), pair(BELOW, p95=lost)], [], SLO))
    assert not found["p95 at 0.3"].met


def test_beyond_saturation_latencies_are_not_judged() -> None:
    found = judge_pairs([pair(BEYOND, p50=7.0, p95=9.0)], [], SLO)
    assert [verdict.criterion for verdict in found] == ["sign of the lag slope at 1.2"]


def loads(virtual: list[float], wall: list[float]) -> list[Pair]:
    return [
        Pair(
            Load(str(streams), streams / 100),
            run("virtual", p95=a, streams=streams),
            run("wall", p95=b, streams=streams),
        )
        for streams, a, b in zip((70, 90, 100, 110, 120), virtual, wall, strict=True)
    ]


def test_the_capacity_of_either_clock_is_held_to_a_tenth() -> None:
    pairs = loads([2.0, 2.1, 2.5, 3.5, 5.0], [2.0, 2.5, 3.5, 4.0, 6.0])
    (found,) = find_capacities(pairs, SLO, 5)
    assert (found.virtual, found.wall) == (105, 95)
    capacity = index_verdicts(judge_pairs(pairs, [found], SLO))["capacity"]
    assert not capacity.met
    assert capacity.off == pytest.approx(10 / 9.5)


def test_a_capacity_that_the_loads_do_not_bracket_is_not_known_and_not_met() -> None:
    pairs = loads([2.0] * 5, [2.0, 2.5, 3.5, 4.0, 6.0])
    (found,) = find_capacities(pairs, SLO, 5)
    assert found.virtual is None
    assert not index_verdicts(judge_pairs(pairs, [found], SLO))["capacity"].met
    assert find_capacities(pairs, SLO, 6) == []
