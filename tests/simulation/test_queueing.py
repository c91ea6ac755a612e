"""The simulation against queueing theory: exact where theory is exact, within error where not."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.policies.base import Request
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import serve_streams
from streamwer.simulation.source import RecordingSource
from streamwer.simulation.stream import Stream
from streamwer.types import Hypothesis, Step, Update
from tests.scripted import Scripted, silence


class Timetable:
    """Asks for a step whenever a sample of its timetable has arrived, never two at once."""

    def __init__(self, samples: Sequence[int]) -> None:
        self._samples, self._next = samples, 0

    def wants(self) -> float:
        return self._samples[self._next] if self._next < len(self._samples) else math.inf

    def plan(self, arrived: int, ended: bool) -> Request | None:
        if self._next == len(self._samples):
            return None
        self._next += 1
        return Request(0, 0)

    def absorb(self, hypothesis: Hypothesis) -> Update:
        return Update()


def serve(timetables: Sequence[Sequence[int]], cost: Sequence[float]) -> list[Step]:
    length = max(times[-1] for times in timetables) / SAMPLE_RATE + 1
    streams = [
        Stream(str(i), RecordingSource(silence(length)), Timetable(times))
        for i, times in enumerate(timetables)
    ]
    recogniser = Scripted((), cost=lambda call: cost[call])
    return list(serve_streams(streams, recogniser, build_clock("measured")))


def waits(steps: Sequence[Step]) -> np.ndarray:
    return np.array([step.start - step.ready for step in steps])


@pytest.mark.parametrize(("streams", "service"), [(1, 0.2), (4, 0.1), (5, 0.2), (10, 0.05)])
def test_in_phase_streams_wait_as_the_closed_formula_says(streams: int, service: float) -> None:
    """N streams with chunk T = 1 s: mean wait (N−1)·S/2, maximum (N−1)·S while N·S ≤ T."""
    chunks = 20
    timetable = [SAMPLE_RATE * (k + 1) for k in range(chunks)]
    wait = waits(serve([timetable] * streams, [service] * streams * chunks))
    assert wait.mean() == pytest.approx((streams - 1) * service / 2, abs=1e-9)
    assert wait.max() == pytest.approx((streams - 1) * service, abs=1e-9)


def test_streams_beyond_capacity_fall_behind_by_the_excess() -> None:
    """N·S > T: every round of chunks adds N·S − T of lag."""
    streams, service, chunks = 6, 0.2, 30
    timetable = [SAMPLE_RATE * (k + 1) for k in range(chunks)]
    steps = serve([timetable] * streams, [service] * streams * chunks)
    last = max(steps, key=lambda step: step.emitted)
    lag = last.emitted - last.ready
    assert lag == pytest.approx(streams * service + (chunks - 1) * (streams * service - 1.0))


@given(
    gaps=st.lists(st.integers(1, 40_000), min_size=1, max_size=40),
    services=st.lists(st.floats(0, 3), min_size=40, max_size=40),
)
def test_the_loop_is_lindleys_recursion(gaps: list[int], services: list[float]) -> None:
    """W_(k+1) = max(0, W_k + S_k − A_k), equal to the event loop to 1e-9."""
    timetable = np.cumsum(gaps).tolist()
    wait, expected = 0.0, []
    for k, gap in enumerate(gaps):
        if k:
            wait = max(0.0, wait + services[k - 1] - gap / SAMPLE_RATE)
        expected.append(wait)
    found = waits(serve([timetable], services))
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize(
    ("service_variance", "distribution"),
    [(0.0, "M/D/1"), (1.0, "M/M/1")],
)
def test_random_arrivals_wait_as_pollaczek_and_khinchine_say(
    service_variance: float, distribution: str
) -> None:
    """Mean wait ρ·S·(1+c²)/(2(1−ρ)) for Poisson arrivals, within the error of the sample."""
    rng = np.random.default_rng(3)
    count, service, load = 20_000, 0.05, 0.6
    gaps = rng.exponential(service / load, count)
    timetable = np.round(np.cumsum(gaps) * SAMPLE_RATE).astype(int).tolist()
    cost = rng.exponential(service, count) if service_variance else np.full(count, service)
    wait = waits(serve_alone(timetable, cost.tolist()))
    expected = load * service * (1 + service_variance) / (2 * (1 - load))
    batches = wait.reshape(40, -1).mean(axis=1)  # neighbouring waits are alike: batch means
    error = batches.std(ddof=1) / math.sqrt(len(batches))
    assert abs(wait.mean() - expected) < 4 * error, distribution


def serve_alone(timetable: list[int], cost: list[float]) -> list[Step]:
    """Like `serve`, on silence of one sample per step so that a long run stays small."""
    return serve([timetable], cost)


def test_littles_law_holds_on_any_run() -> None:
    """Mean number waiting = arrival rate × mean wait, counted independently on a fine grid."""
    rng = np.random.default_rng(5)
    timetable = np.cumsum(rng.integers(1_000, 20_000, 200)).tolist()
    steps = serve([timetable], rng.uniform(0.1, 0.9, 200).tolist())
    horizon = max(step.emitted for step in steps)
    grid = np.linspace(0, horizon, 200_001)
    waiting = sum(((grid >= s.ready) & (grid < s.start)).astype(int) for s in steps)
    assert np.mean(waiting) == pytest.approx(waits(steps).sum() / horizon, rel=1e-3)


def test_compute_that_takes_no_time_is_the_unaware_clock() -> None:
    timetable = [8_000, 16_000, 40_000]
    free = serve([timetable], [0.0] * 3)
    streams = [Stream("0", RecordingSource(silence(3.5)), Timetable(timetable))]
    slow = Scripted((), cost=lambda call: 5.0)
    unaware = list(serve_streams(streams, slow, build_clock("unaware")))
    assert [(s.ready, s.start, s.emitted) for s in free] == [
        (s.ready, s.start, s.emitted) for s in unaware
    ]


def test_streams_that_begin_later_are_timed_on_their_own_line() -> None:
    streams = [Stream("early", RecordingSource(silence(2)), Timetable([16_000]))]
    streams += [Stream("late", RecordingSource(silence(2)), Timetable([16_000]), begin=5.0)]
    steps = list(
        serve_streams(streams, Scripted((), cost=lambda call: 0.5), build_clock("measured"))
    )
    assert [(s.recording, s.start, s.emitted) for s in steps] == [
        ("early", 1.0, 1.5),
        ("late", 1.0, 1.5),
    ]
