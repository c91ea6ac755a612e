"""The figures of a run against what can be counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.validation.figures import find_crossing, measure_backlog, measure_recovery, truncate_call
from lab.validation.stalling import Stall
from streamwer.analysis.capacity.figures import ServedCall
from streamwer.types import Reference
from tests.scripted import script

STALL = Stall(at=10.0, seconds=2.0)
WAITS = np.array(
    [[9.0, 2.5], [10.0, 0.0], [12.0, 1.9], [12.5, 1.95], [13.0, 0.8], [14.0, 0.04], [15.0, 0.0]]
)


def test_the_backlog_is_the_longest_wait_after_the_worker_stopped() -> None:
    assert measure_backlog(WAITS, STALL) == 1.95
    later = np.array([[16.0, 3.0]])
    assert measure_backlog(np.concatenate([WAITS, later]), STALL) == 1.95
    assert measure_backlog(WAITS[:1], STALL) == 0


def test_it_has_recovered_at_the_first_step_that_hardly_waited() -> None:
    assert measure_recovery(WAITS, STALL) == 4.0
    assert measure_recovery(WAITS[:5], STALL) == math.inf


def test_a_capacity_is_where_the_figure_crosses_its_limit() -> None:
    points = [(110, 4.0), (100, 2.0), (70, 1.0)]
    assert find_crossing(points, 3.0) == 105
    assert find_crossing(points, 2.0) == 100
    assert find_crossing(points, 4.0) is None
    assert find_crossing(points, 0.5) is None


@given(limit=st.floats(1.0, 20.0), slope=st.floats(0.01, 1.0))
def test_of_a_straight_line_the_crossing_is_exact(limit: float, slope: float) -> None:
    points = [(streams, slope * streams) for streams in (1, 40, 90, 130, 3000)]
    found = find_crossing(points, limit)
    if points[0][1] <= limit:
        assert found == pytest.approx(limit / slope)
    else:
        assert found is None


def test_words_said_after_the_end_of_a_run_are_none_of_its_words() -> None:
    said = script("yes no yes no", pace=1.0, begin=0.0)
    call = ServedCall(Reference("a", "", 4.0, "yes no yes no", words=said), begins=10.0, steps=())
    assert truncate_call(call, 12.0).reference.text == "yes no"
    assert truncate_call(call, 20.0) == call
    assert truncate_call(call, 5.0).reference.words == ()
