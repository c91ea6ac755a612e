"""A worker's own time between calls: others wait for it as they do in real time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from streamwer.policies.base import Request
from streamwer.recognisers.base import Window
from streamwer.recognisers.stage_timer import NOW
from streamwer.simulation.clock import Clock, OccupancyClock, WallClock
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import serve_streams
from streamwer.simulation.source import RecordingSource
from streamwer.simulation.stream import Stream
from streamwer.types import Hypothesis, StageTimes, Step, Update
from tests.scripted import silence
from tests.simulation.test_queueing import Timetable


@dataclass
class World:
    """Time that passes only where somebody says so."""

    time: float = 0.0

    def now(self) -> float:
        return self.time

    def spend(self, seconds: float) -> None:
        self.time += seconds

    def sleep(self, seconds: float) -> None:
        self.time += max(seconds, 1e-12)  # at least so much that it is not lost to rounding


class Thinking(Timetable):
    """A policy that takes its time to plan and to commit."""

    def __init__(self, samples: Sequence[int], world: World, seconds: float) -> None:
        super().__init__(samples)
        self._world, self._seconds = world, seconds

    def plan(self, arrived: int, ended: bool) -> Request | None:
        self._world.spend(self._seconds)
        return super().plan(arrived, ended)

    def absorb(self, hypothesis: Hypothesis) -> Update:
        self._world.spend(self._seconds)
        return super().absorb(hypothesis)


class Working:
    """A recogniser whose calls take as long as they say they do."""

    def __init__(self, world: World, seconds: float) -> None:
        self._world, self._seconds = world, seconds

    def recognise(self, window: Window) -> Hypothesis:
        self._world.spend(self._seconds)
        return Hypothesis(compute=StageTimes(decode=self._seconds))


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    reset = NOW.set(world.now)
    yield world
    NOW.reset(reset)


def play_streams(
    world: World, clock: Clock, service: float, thinking: float, count: int
) -> list[Step]:
    audio, timetable = silence(21.0), [16_000 * (k + 1) for k in range(20)]
    streams = [
        Stream(str(i), RecordingSource(audio), Thinking(timetable, world, thinking), begin=0.01 * i)
        for i in range(count)
    ]
    return list(serve_streams(streams, Working(world, service), clock))


def moments(steps: Sequence[Step]) -> list[tuple[str, float, float, float]]:
    return [
        (step.recording, *(round(each, 9) for each in (step.ready, step.start, step.emitted)))
        for step in steps
    ]


@pytest.mark.parametrize("count", [1, 3, 8, 12])
def test_with_its_own_time_a_worker_does_what_it_does_in_real_time(
    world: World, count: int
) -> None:
    """12 streams × (0.08 + 0.02) s are more than a second of work a second."""
    simulated = play_streams(world, OccupancyClock(), 0.08, 0.01, count)
    real = play_streams(world, WallClock(world.time, world.now, world.sleep), 0.08, 0.01, count)
    assert moments(simulated) == moments(real)


def test_without_it_a_worker_would_seem_to_carry_what_it_does_not(world: World) -> None:
    """11 streams × 0.08 s fit into a second, 11 × 0.1 s do not."""
    calls_only = play_streams(world, build_clock("measured"), 0.08, 0.01, 11)
    whole = play_streams(world, OccupancyClock(), 0.08, 0.01, 11)
    assert max(step.start - step.ready for step in calls_only) < 0.9
    assert max(step.start - step.ready for step in whole) > 1.9


def test_own_time_makes_nobody_wait_where_the_worker_is_idle_meanwhile(world: World) -> None:
    steps = play_streams(world, OccupancyClock(), 0.08, 0.01, 1)
    assert all(step.start == step.ready for step in steps)
    assert [step.emitted - step.start for step in steps] == pytest.approx([0.09] * len(steps))


@pytest.mark.usefixtures("world")
def test_a_scripted_call_takes_as_long_as_it_says() -> None:
    clock = OccupancyClock()
    start = clock.start(1.0)
    assert clock.finish(start, Hypothesis(compute=StageTimes(decode=3.0))) == 4.0
