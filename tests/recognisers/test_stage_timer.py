"""What a call spends adds up, also when windows share it."""

from __future__ import annotations

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.recognisers.stage_timer import Meter
from streamwer.types import Compute, Effort

counts = st.integers(0, 10**6)


@given(st.builds(Effort, counts, counts, counts, st.integers(0, 5)), st.integers(1, 40))
def test_shares_of_effort_add_up_to_the_whole(effort: Effort, parts: int) -> None:
    shares = effort.shared(parts)
    assert len(shares) == parts
    assert sum(shares, Effort()) == effort
    for column in zip(*map(astuple, shares), strict=True):
        assert max(column) - min(column) <= 1


@given(st.builds(Compute, *[st.floats(0, 100)] * 6), st.integers(1, 40))
def test_shares_of_compute_add_up_to_the_whole(compute: Compute, parts: int) -> None:
    shares = [compute / parts] * parts
    assert sum(shares, Compute()).total == pytest.approx(compute.total)


def test_time_outside_the_stages_is_booked_as_other() -> None:
    meter = Meter()
    with meter.whole_call():
        with meter.timing("encode"):
            sum(range(10_000))
        meter.did(encoder_frames=300)
        sum(range(10_000))
    (first, second) = meter.costs(2)
    assert first["compute"].encode > 0
    assert first["compute"].other > 0
    assert first["effort"].encoder_frames + second["effort"].encoder_frames == 300


def test_a_call_begins_at_nothing() -> None:
    meter = Meter()
    for _ in range(2):
        with meter.whole_call():
            meter.did(decoded_tokens=3)
    assert meter.cost()["effort"] == Effort(decoded_tokens=3)
