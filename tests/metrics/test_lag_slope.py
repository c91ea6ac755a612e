"""Lag slope: what a queue gains in lag for every second it hears."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.metrics.lag_slope import fit_lag_slope
from streamwer.types import Step
from tests.formats.calls import own_step
from tests.metrics.figures import compute_ratio


def one_by_one(rtf: float, chunks: int = 60) -> list[Step]:
    """A worker that takes one second of audio at a time, whatever has arrived."""
    found, free = [], 0.0
    for number in range(chunks):
        free = max(number + 1.0, free) + rtf
        found.append(own_step(number, number + 1.0, free, ""))
    return found


def all_there_is(rtf: float, steps: int = 20) -> list[Step]:
    """A worker that takes all audio that arrived while it was busy."""
    found, heard, free = [], 0.0, 1.0
    for number in range(steps):
        new, heard = max(free, heard + 1.0) - heard, max(free, heard + 1.0)
        free = heard + rtf * new
        found.append(own_step(number, heard, free, ""))
    return found


@pytest.mark.parametrize("worker", [one_by_one, all_there_is])
@pytest.mark.parametrize(("rtf", "slope"), [(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.2, 0.2), (2, 1)])
def test_lag_grows_by_what_the_compute_exceeds_the_audio(
    worker: Callable[[float], list[Step]], rtf: float, slope: float
) -> None:
    assert fit_lag_slope(worker(rtf)).value == pytest.approx(slope, abs=1e-9)


@given(
    st.lists(st.integers(0, 1000), min_size=2, max_size=30, unique=True),
    st.floats(-1, 3),
    st.floats(0, 9),
)
def test_a_straight_line_gives_its_slope(times: list[int], slope: float, level: float) -> None:
    steps = [own_step(i, t / 10, t / 10 + level + slope * t / 10, "") for i, t in enumerate(times)]
    assert fit_lag_slope(steps).value == pytest.approx(slope, abs=1e-6)


def test_one_moment_has_no_slope() -> None:
    assert math.isnan(fit_lag_slope([]).value)
    assert math.isnan(fit_lag_slope([own_step(0, 1.0, 2.0, "")]).value)
    assert math.isnan(fit_lag_slope([own_step(0, 1.0, 2.0, ""), own_step(1, 1.0, 3.0, "")]).value)
    blind = [replace(step, audio_end=math.nan) for step in one_by_one(0.5)]
    assert math.isnan(fit_lag_slope(blind).value)


def test_recordings_pool_by_least_squares_with_a_level_each() -> None:
    found = [
        fit_lag_slope(one_by_one(1.2, 10)),
        fit_lag_slope(one_by_one(0.5, 10)),
        fit_lag_slope([]),
    ]
    table = pd.DataFrame(
        {"lag_slope": [f.value for f in found], "lag_spread": [f.spread for f in found]}
    )
    assert compute_ratio("lag_slope", table) == pytest.approx(0.1)  # equal spreads: half of 0.2
    assert math.isnan(compute_ratio("lag_slope", table[2:]))
