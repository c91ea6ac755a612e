"""Plays recordings into systems in turns, so that a machine that slows down slows all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from streamwer import audio, policies, recognisers
from streamwer.audio.decoding import Samples
from streamwer.config.dataset import DatasetConfig
from streamwer.config.experiment import SystemConfig
from streamwer.datasets.preparation import prepare_dataset
from streamwer.recognisers.base import Recogniser, Window
from streamwer.recognisers.stage_timer import NOW
from streamwer.simulation.clock import build_clock
from streamwer.simulation.serving import play_recording
from streamwer.types import Hypothesis, Reference, Step


@dataclass(frozen=True)
class Call:
    """A recording and its audio, shape (n,)."""

    reference: Reference
    audio: Samples

    @property
    def name(self) -> str:
        return self.reference.recording


@dataclass(frozen=True)
class Played:
    """One recording as one system played it with the clock `unaware`.

    Attributes:
        own_s: processor time spent outside the recogniser's calls.
        recogniser_s: processor time spent in them.
    """

    steps: tuple[Step, ...]
    own_s: float
    recogniser_s: float


class Timed:
    """A recogniser with a stopwatch."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self.seconds = 0.0

    def recognise(self, window: Window) -> Hypothesis:
        began = time.process_time()
        hypothesis = self._recogniser.recognise(window)
        self.seconds += time.process_time() - began
        return hypothesis


def read_calls(dataset: DatasetConfig) -> list[Call]:
    """Read the recordings of a data set with their audio.

    Raises:
        DatasetError: the data set cannot be used.
    """
    with TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared"
        return [
            Call(reference, audio.load_audio(prepared / reference.audio))
            for reference in prepare_dataset(dataset, prepared)
            if not reference.broken
        ]


def spread(references: Sequence[Reference], count: int) -> list[Reference]:
    """Choose so many recordings, from every condition as many as it has a share of."""
    ordered = sorted(references, key=lambda each: (each.condition, each.recording))
    count = min(count, len(ordered))
    chosen = [ordered[(2 * i + 1) * len(ordered) // (2 * count)] for i in range(count)]
    return sorted(chosen, key=lambda each: each.recording)


def load_all(systems: Mapping[str, SystemConfig]) -> dict[str, Recogniser]:
    """Load a recogniser for each system; systems that call the same model alike share one.

    Raises:
        ModelError: a model cannot be found or loaded.
    """
    loaded: dict[str, Recogniser] = {}
    named: dict[str, Recogniser] = {}
    for name, system in systems.items():
        alike = repr((system.model, system.engine))
        if alike not in loaded:
            loaded[alike] = recognisers.load_recogniser(system)
        named[name] = loaded[alike]
    return named


def play(system: SystemConfig, call: Call, recogniser: Recogniser) -> Played:
    """Play one recording into one system; compute is this process's own processor time."""
    timed, policy = Timed(recogniser), policies.build_policy(system.policy)
    token = NOW.set(time.process_time)
    began = time.process_time()
    try:
        clock = build_clock("unaware")
        steps = tuple(play_recording(call.name, call.audio, timed, policy, clock))
    finally:
        NOW.reset(token)
    return Played(steps, time.process_time() - began - timed.seconds, timed.seconds)


def play_all(
    systems: Mapping[str, SystemConfig],
    calls: Sequence[Call],
    loaded: Mapping[str, Recogniser],
    advance: Callable[[], None] = lambda: None,
    seldom: Container[str] = (),
    every: int = 1,
) -> dict[str, dict[str, Played]]:
    """Play every recording into all systems before the next one begins.

    Args:
        loaded: the systems' recognisers.
        seldom: the systems that play only one recording in `every`.
        advance: called after each.

    Returns:
        What each system did with each recording, by name of both.
    """
    done: dict[str, dict[str, Played]] = {name: {} for name in systems}
    for number, call in enumerate(calls):
        for name, system in systems.items():
            if name not in seldom or number % every == 0:
                done[name][call.name] = play(system, call, loaded[name])
            advance()
    return done
