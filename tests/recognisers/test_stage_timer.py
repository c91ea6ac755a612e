"""What a call spends adds up, also when windows share it."""

from __future__ import annotations

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.recognisers.stage_timer import StageTimer
from streamwer.types import StageTimes, WorkCounters

counts = st.integers(0, 10**6)


@given(st.builds(WorkCounters, counts, counts, counts, st.integers(0, 5)), st.integers(1, 40))
def test_shares_of_effort_add_up_to_the_whole(effort: WorkCounters, parts: int) -> None:
    shares = effort.split(parts)
    assert len(shares) == parts
    assert sum(shares, WorkCounters()) == effort
    for column in zip(*map(astuple, shares), strict=True):
        assert max(column) - min(column) <= 1


@given(st.builds(StageTimes, *[st.floats(0, 100)] * 6), st.integers(1, 40))
def test_shares_of_compute_add_up_to_the_whole(compute: StageTimes, parts: int) -> None:
    shares = [compute / parts] * parts
    assert sum(shares, StageTimes()).total == pytest.approx(compute.total)


def test_time_outside_the_stages_is_booked_as_other() -> None:
    meter = StageTimer()
    with meter.time_call():
        with meter.time_stage("encode"):
            sum(range(10_000))
        meter.add_work(encoder_frames=300)
        sum(range(10_000))
    (first, second) = meter.split_cost(2)
    assert first["compute"].encode > 0
    assert first["compute"].other > 0
    assert first["effort"].encoder_frames + second["effort"].encoder_frames == 300


def test_a_call_begins_at_nothing() -> None:
    meter = StageTimer()
    for _ in range(2):
        with meter.time_call():
            meter.add_work(decoded_tokens=3)
    assert meter.read_cost()["effort"] == WorkCounters(decoded_tokens=3)
