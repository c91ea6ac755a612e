"""Plays calls into systems in turns, so that a machine that slows down slows all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.bench import retiming
from pipeline.bench.systems import Entry
from streamwer import audio, policies, recognisers, simulation
from streamwer.audio import Samples
from streamwer.config import DatasetConfig
from streamwer.datasets import prepare
from streamwer.recognisers import Recogniser, Window
from streamwer.transcript import Hypothesis, Reference, Step

Steps = tuple[Step, ...]


@dataclass(frozen=True)
class Call:
    """A recording and its audio, shape (n,)."""

    reference: Reference
    audio: Samples

    @property
    def name(self) -> str:
        return self.reference.recording

    def until(self, seconds: float) -> Call:
        """Its first so many seconds, with the words that end within them."""
        kept = self.audio[: audio.samples(seconds)]
        length = audio.seconds(len(kept))
        words = tuple(word for word in self.reference.words if word.end <= length)
        text = " ".join(word.text for word in words)
        return Call(replace(self.reference, seconds=length, words=words, text=text), kept)


@dataclass(frozen=True)
class Played:
    """One call as one system played it with the clock `unaware`.

    Attributes:
        own_s: seconds spent outside the recogniser's calls.
        recogniser_s: seconds spent in them.
    """

    steps: Steps
    own_s: float
    recogniser_s: float

    @property
    def compute_s(self) -> float:
        return sum(step.compute.total for step in self.steps)


Round = Mapping[str, Mapping[str, Played]]
"""What each system did with each of its calls in one repeat."""


class Timed:
    """A recogniser with a stopwatch."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self.seconds = 0.0

    def recognise(self, window: Window) -> Hypothesis:
        began = time.perf_counter()
        hypothesis = self._recogniser.recognise(window)
        self.seconds += time.perf_counter() - began
        return hypothesis


@dataclass(frozen=True)
class Session:
    """Everything that was played.

    Attributes:
        calls: all calls, by name; the first round plays them all.
        shared: those that every system plays in every round.
        rounds: one per repeat.
        measured: steps of each system's calls in the first round, with the clock `measured`.
    """

    calls: Mapping[str, Call]
    shared: tuple[str, ...]
    rounds: tuple[Round, ...]
    measured: Mapping[str, Mapping[str, Steps]]


def read_calls(dataset: DatasetConfig) -> list[Call]:
    """The recordings of a data set with their audio.

    Raises:
        DatasetError: the data set cannot be used.
    """
    with TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared"
        return [
            Call(reference, audio.load(prepared / reference.audio))
            for reference in prepare(dataset, prepared)
            if not reference.broken
        ]


def spread(calls: Sequence[Call], count: int) -> list[Call]:
    """So many of the calls, from every condition as many as it has a share of."""
    ordered = sorted(calls, key=lambda call: (call.reference.condition, call.name))
    count = min(count, len(ordered))
    chosen = [ordered[(2 * i + 1) * len(ordered) // (2 * count)] for i in range(count)]
    return sorted(chosen, key=lambda call: call.name)


def load_all(entries: Sequence[Entry], model: Path | None = None) -> dict[str, Recogniser]:
    """A recogniser for each system, by name; systems that call the same model alike share one.

    Args:
        model: folder of a model that takes the place of the systems' own.

    Raises:
        ModelError: a model cannot be found or loaded.
    """
    loaded: dict[str, Recogniser] = {}
    named: dict[str, Recogniser] = {}
    for entry in entries:
        alike = repr((entry.system.model, entry.system.engine))
        if alike not in loaded:
            loaded[alike] = recognisers.load(entry.system, model)
        named[entry.name] = loaded[alike]
    return named


def play(entry: Entry, call: Call, recogniser: Recogniser, clock: str = "unaware") -> Played:
    """One call played by one system."""
    timed = Timed(recogniser)
    began = time.perf_counter()
    policy = policies.build(entry.system.policy)
    steps = tuple(
        simulation.play(call.name, call.audio, timed, policy, simulation.build_clock(clock))
    )
    own = time.perf_counter() - began - timed.seconds
    return Played(steps, own, timed.seconds)


def turns(
    entries: Sequence[Entry], calls: Sequence[Call], shared: Sequence[str], repeat: int
) -> Iterator[tuple[Entry, Call]]:
    """Who plays what next in a repeat: each call goes round all systems, another one first."""
    for i, call in enumerate(calls):
        begin = (i + repeat) % len(entries)
        for entry in (*entries[begin:], *entries[:begin]):
            if call.name in shared or not repeat:
                yield entry, call


def play_all(
    entries: Sequence[Entry],
    calls: Sequence[Call],
    shared: Sequence[str],
    loaded: Mapping[str, Recogniser],
    repeats: int,
    advance: Callable[[], None] = lambda: None,
) -> Session:
    """Every repeat of every system, in turns; `advance` is told after each call."""
    rounds = []
    for repeat in range(repeats):
        done: dict[str, dict[str, Played]] = {entry.name: {} for entry in entries}
        for entry, call in turns(entries, calls, shared, repeat):
            done[entry.name][call.name] = play(entry, call, loaded[entry.name])
            advance()
        rounds.append(done)
    named = {call.name: call for call in calls}
    timed = {
        entry.name: {
            name: _measured(entry, named[name], played, loaded[entry.name])
            for name, played in rounds[0][entry.name].items()
        }
        for entry in entries
    }
    return Session(named, tuple(shared), tuple(rounds), timed)


def _measured(entry: Entry, call: Call, played: Played, recogniser: Recogniser) -> Steps:
    """The same call with the clock `measured`, played again only if it would go otherwise."""
    steps = retiming.measured(played.steps, audio.seconds(len(call.audio)))
    return steps or play(entry, call, recogniser, "measured").steps
