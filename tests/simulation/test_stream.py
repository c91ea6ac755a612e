"""Playing one recording: what a step sees, when it starts, and when the stream is over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from streamwer import policies
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import play_recording
from streamwer.types import Step
from tests.scripted import Scripted, script, silence

CHUNKED = {
    "name": "prompted_buffer",
    "chunk_s": 1.0,
    "buffer_s": 30.0,
    "holdback_s": 0.0,
    "prompt": "committed",
    "prompt_chars": 0,
}


def run(seconds: float, cost: Callable[[int], float], clock: str = "measured") -> list[Step]:
    recogniser = Scripted(script("one two three four five six seven"), cost=cost)
    policy = policies.build_policy(CHUNKED)
    return list(play_recording("call", silence(seconds), recogniser, policy, build_clock(clock)))


def test_a_quick_worker_is_ready_for_every_chunk() -> None:
    steps = run(3.5, lambda call: 0.25)
    assert [s.audio_end for s in steps] == [1.0, 2.0, 3.0, 3.5]
    assert [s.emitted for s in steps] == [1.25, 2.25, 3.25, 3.75]
    assert [s.is_last for s in steps] == [False, False, False, True]


def test_a_slow_step_makes_the_next_window_larger_and_later() -> None:
    steps = run(4.0, lambda call: 1.5 if call == 0 else 0.25)
    assert [s.start for s in steps] == [1.0, 2.5, 3.5, 4.0]
    assert [s.audio_end for s in steps] == [1.0, 2.5, 3.5, 4.0]
    assert [s.ready for s in steps] == [1.0, 2.0, 3.5, 4.0]


def test_a_worker_that_is_too_slow_finishes_late_and_loses_nothing() -> None:
    steps = run(4.0, lambda call: 3.0)
    assert [s.audio_end for s in steps] == [1.0, 4.0]
    assert steps[-1].emitted == pytest.approx(7.0)
    said = [word.text for step in steps for word in step.update.committed]
    assert said == "one two three four five six seven".split()


def test_the_wall_clock_paces_for_real_and_does_not_drift() -> None:
    steps = run(0.6, lambda call: 0.0, clock="wall")
    assert [s.audio_end for s in steps] == pytest.approx([0.6], abs=0.3)
    assert all(s.start >= s.ready for s in steps)


def test_an_unknown_clock_is_refused_by_name() -> None:
    with pytest.raises(Exception, match=r"clock\.name='sundial' must be one of measured"):
        build_clock("sundial")
