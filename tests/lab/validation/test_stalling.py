"""A worker that stops: it costs both clocks the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.validation.figures import compute_mean_step
from lab.validation.stalling import Stall, Stalled, pass_virtual_time
from streamwer.analysis.capacity.figures import ServedCall
from streamwer.recognisers.stage_timer import NOW
from streamwer.simulation.clock import OccupancyClock, WallClock
from streamwer.simulation.serving import serve_streams
from streamwer.simulation.source import RecordingSource
from streamwer.simulation.stream import Stream
from streamwer.types import Reference, Step
from tests.scripted import silence
from tests.simulation.test_own_time import Working, World, moments
from tests.simulation.test_queueing import Timetable

STALL = Stall(at=5.5, seconds=2.0)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    reset = NOW.set(world.now)
    yield world
    NOW.reset(reset)


def streams() -> list[Stream]:
    """Four calls of 20 s with a step a second."""
    audio, timetable = silence(21.0), [16_000 * (k + 1) for k in range(20)]
    return [Stream(str(i), RecordingSource(audio), Timetable(timetable)) for i in range(4)]


def in_virtual(world: World, service: float) -> list[Step]:
    stalled = Stalled(OccupancyClock(), Working(world, service), STALL, pass_virtual_time)
    return list(serve_streams(streams(), stalled, stalled))


def test_it_stops_in_virtual_time_as_it_does_in_real_time(world: World) -> None:
    simulated = in_virtual(world, 0.125)
    wall = WallClock(world.time, world.now, world.sleep)
    stalled = Stalled(wall, Working(world, 0.125), STALL, world.sleep)
    assert moments(simulated) == moments(list(serve_streams(streams(), stalled, stalled)))


def test_the_first_call_after_the_moment_takes_longer_and_no_other(world: World) -> None:
    taken = [(step.start, step.emitted - step.start) for step in in_virtual(world, 0.125)]
    longer = [start for start, seconds in taken if seconds > 1]
    assert longer == [6.0]
    assert [seconds for _, seconds in taken if seconds > 1] == pytest.approx([2.125])


def test_it_is_in_no_mean_of_the_steps(world: World) -> None:
    calls = [ServedCall(Reference("a", "", 21.0, ""), 0.0, tuple(in_virtual(world, 0.125)))]
    assert compute_mean_step(calls, STALL) == pytest.approx(0.125)
    assert compute_mean_step(calls, None) == pytest.approx(
        0.125 + STALL.seconds / len(calls[0].steps)
    )
    assert compute_mean_step([], STALL) is None


def test_the_backlog_is_worked_off_as_fast_as_there_is_time(world: World) -> None:
    """Half of the time is free, and the steps that came up meanwhile have to be served."""
    waits = {step.start: step.start - step.ready for step in in_virtual(world, 0.125)}
    assert max(waits.values()) == pytest.approx(2.125 + 2 * 0.125)
    behind = [start for start, wait in waits.items() if wait > 3 * 0.125]
    assert min(behind) > 6.0
    assert max(behind) < 6.0 + 2 * 2.125 + 0.5
