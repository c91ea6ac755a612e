"""When calls arrive: an open loop, drawn from a seed, with as many calls at once as asked for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.config.load import LoadConfig
from streamwer.simulation.arrivals import draw_arrivals, schedule_arrivals

LENGTHS = [float(length) for length in np.random.default_rng(1).uniform(5, 30, 400)]
KINDS = ["poisson", "fixed", "together"]


def at_once(begins: list[float], lengths: list[float], moments: np.ndarray) -> np.ndarray:
    ends = np.array(begins) + np.array(lengths)
    return np.array([((np.array(begins) <= at) & (at < ends)).sum() for at in moments])


@pytest.mark.parametrize("name", KINDS)
def test_every_recording_arrives_once_and_in_order(name: str) -> None:
    calls = schedule_arrivals(LENGTHS, LoadConfig(name=name, streams=7, phase_s=0.5))
    assert sorted(call.recording for call in calls) == list(range(len(LENGTHS)))
    assert all(one.begin <= other.begin for one, other in pairwise(calls))


@given(name=st.sampled_from(KINDS), seed=st.integers(0, 99), streams=st.integers(1, 20))
def test_a_seed_gives_one_schedule(name: str, seed: int, streams: int) -> None:
    load = LoadConfig(name=name, streams=streams, seed=seed, phase_s=1.0)
    again = LoadConfig(name=name, streams=streams, seed=seed, phase_s=1.0)
    assert schedule_arrivals(LENGTHS[:30], load) == schedule_arrivals(LENGTHS[:30], again)


def test_a_fixed_load_has_exactly_so_many_calls_at_once() -> None:
    calls = draw_arrivals(LENGTHS, LoadConfig(name="fixed", streams=9, phase_s=1.0), until=300)
    begins, lengths = [c.begin for c in calls], [LENGTHS[c.recording] for c in calls]
    assert set(at_once(begins, lengths, np.arange(1, 300, 0.37))) <= {8, 9, 10}  # ms are rounded
    assert at_once(begins, lengths, np.arange(1, 300, 0.37)).mean() == pytest.approx(9, abs=0.01)


def test_random_calls_are_so_many_on_average() -> None:
    """Little's law, and the variance of an M/G/∞ queue, which is its mean."""
    calls = draw_arrivals(LENGTHS, LoadConfig(name="poisson", streams=40), until=8_000)
    begins, lengths = [c.begin for c in calls], [LENGTHS[c.recording] for c in calls]
    found = at_once(begins, lengths, np.arange(100, 8_000, 31.0))
    assert found.mean() == pytest.approx(40, rel=0.08)
    assert found.var() == pytest.approx(40, rel=0.35)


@pytest.mark.parametrize("name", KINDS)
def test_a_larger_load_is_the_smaller_one_and_more(name: str) -> None:
    few = draw_arrivals(LENGTHS, LoadConfig(name=name, streams=5, phase_s=1.0), until=100)
    many = draw_arrivals(LENGTHS, LoadConfig(name=name, streams=6, phase_s=1.0), until=100)
    assert set(few) < set(many)


def test_calls_together_begin_together() -> None:
    calls = schedule_arrivals([3.0, 5.0, 2.0, 4.0], LoadConfig(name="together", streams=2))
    begins = [call.begin for call in calls]
    assert begins[0] == begins[1] == 0.0
    assert begins[2] == begins[3] >= 4.0


def test_a_rate_of_calls_may_be_given_instead() -> None:
    calls = schedule_arrivals(LENGTHS, LoadConfig(name="poisson", calls_per_s=2.0))
    assert calls[-1].begin == pytest.approx(len(LENGTHS) / 2, rel=0.15)
