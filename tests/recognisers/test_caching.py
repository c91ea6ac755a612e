"""A recogniser that hears no window twice charges every call as if it had heard them all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer import audio, policies, recognisers
from streamwer.audio import HOP, seconds_to_samples
from streamwer.config import experiment
from streamwer.config.compose import load_config
from streamwer.recognisers.caching import CachingRecogniser, FrameCounter
from streamwer.recognisers.log_mel import LogMel
from streamwer.simulation.clock import build_system_clock
from streamwer.simulation.serving import serve_streams
from streamwer.simulation.source import PacketSource
from streamwer.simulation.stream import Stream
from streamwer.types import Hypothesis, Step

CALL = min(Path("data/toy_calls").glob("*.flac"))
FILTERS = np.ones((1, 201), np.float32)


@given(
    windows=st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 200), st.booleans()), min_size=1, max_size=12
    )
)
def test_frames_are_counted_as_they_would_be_computed(
    windows: list[tuple[int, int, bool]],
) -> None:
    counted, computed = FrameCounter(), LogMel(FILTERS)
    start = end = 0
    for forward, longer, odd in windows:
        start += forward * HOP + 7 * odd
        end = max(start, end) + longer * 80
        computed.compute_window(np.ones(end - start, np.float32), start)
        assert counted.count_new(end - start, start) == computed.computed


@pytest.fixture(scope="module")
def system() -> experiment.SystemConfig:
    return experiment.build_system(load_config(["clock=profile"]), "prefix_agreement")


@pytest.fixture(scope="module")
def model(system: experiment.SystemConfig) -> recognisers.Recogniser:
    return recognisers.load_recogniser(system)


def test_calls_are_the_same_to_the_bit_with_and_without_it(
    system: experiment.SystemConfig, model: recognisers.Recogniser
) -> None:
    """Three calls play one recording, in phases that make them hear other windows."""
    heard, packet = audio.load_audio(CALL)[: seconds_to_samples(8.0)], seconds_to_samples(0.2)
    counting = _Counting(model)
    remembered = CachingRecogniser(counting, packet, system.engine.speech_threshold)

    def played(through: recognisers.Recogniser) -> list[Step]:
        streams = []
        for number, begins in enumerate((0.0, 0.05, 0.35)):
            memory = remembered.create_memory("call", heard) if through is remembered else None
            source, policy = PacketSource(heard, packet), policies.build_policy(system.policy)
            streams.append(Stream(str(number), source, policy, begins, memory))
        return list(serve_streams(streams, through, build_system_clock(system)))

    real, again = played(model), played(remembered)
    assert [_drop_compute(step) for step in again] == [_drop_compute(step) for step in real]
    assert counting.calls < 0.6 * len(real)


def _drop_compute(step: Step) -> tuple[object, ...]:
    """Everything but the compute that was measured."""
    return step.recording, step.ready, step.start, step.emitted, step.effort, step.update


class _Counting:
    """Counts the windows that another recogniser is asked for."""

    def __init__(self, recogniser: recognisers.Recogniser) -> None:
        self._recogniser, self.calls = recogniser, 0

    def recognise(self, window: recognisers.Window) -> Hypothesis:
        self.calls += 1
        return self._recogniser.recognise(window)


class _German:
    """Detects German in whatever it hears first."""

    def recognise(self, window: recognisers.Window) -> Hypothesis:
        window.memory.language = "de"
        return Hypothesis(language="de")


def test_a_language_that_was_detected_once_is_known_to_every_call() -> None:
    heard, packet = audio.load_audio(CALL)[: seconds_to_samples(2.0)], seconds_to_samples(0.2)
    counting = _Counting(_German())
    remembered = CachingRecogniser(counting, packet, 0.5)
    for _ in range(2):
        memory = remembered.create_memory("call", heard)
        remembered.recognise(recognisers.Window(heard, 0, memory=memory))
        assert memory.language == "de"
    assert counting.calls == 1
