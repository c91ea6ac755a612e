"""The framework's own time (policy, simulation, event log) beside a model as large as Whisper tiny.

The policies hear the bundled model, so that they work on real words. A model of Whisper tiny's
size with random weights does the same work at every step (frames, prompt, tokens): its time is
what the framework's is compared with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.bench import playing, systems
from pipeline.bench.playing import Call
from pipeline.bench.ratios import Ratio, ratio
from pipeline.bench.shapes import Stages
from pipeline.bench.systems import Entry
from streamwer import eventlog
from streamwer.config import DirectConfig
from streamwer.recognisers import Recogniser, Window
from streamwer.transcript import Hypothesis, Step

CALLS = 3
"""Calls that are played."""


@dataclass(frozen=True)
class Framework:
    """Time outside the recogniser's calls over time in them, by policy."""

    by_policy: dict[str, Ratio]

    @property
    def worst(self) -> str:
        """The policy with the greatest share."""
        return max(self.by_policy, key=lambda name: self.by_policy[name].median)

    @property
    def share(self) -> float:
        """The greatest share of any policy."""
        return self.by_policy[self.worst].median


class Shadowed:
    """A recogniser whose every step is also worked off by a model of another size.

    Attributes:
        seconds: what the other model took, and the features and the voice detector, which do
            not depend on the model.
    """

    def __init__(self, recogniser: Recogniser, stages: Stages) -> None:
        self._recogniser, self._stages = recogniser, stages
        self.seconds = 0.0

    def recognise(self, window: Window) -> Hypothesis:
        hypothesis = self._recogniser.recognise(window)
        began = time.perf_counter()
        self._stages.work(hypothesis.effort)
        self.seconds += time.perf_counter() - began
        self.seconds += hypothesis.compute.features + hypothesis.compute.listen
        return hypothesis


def entries() -> list[Entry]:
    """Every streaming policy with `direct`, at the first chunk."""
    return [
        entry
        for entry in systems.every()
        if isinstance(entry.system.engine, DirectConfig)
        and entry.policy != systems.OFFLINE
        and entry.chunk_s in (None, systems.CHUNKS_S[0])
    ]


def measure(
    model: Path,
    calls: Sequence[Call],
    repeats: int,
    log: Path,
    advance: Callable[[], None] = lambda: None,
) -> Framework:
    """Play the calls with every policy, and write an event log of each into the folder `log`.

    Args:
        model: folder of the model that the framework is compared with.

    Raises:
        ModelError: the folder is not a usable model.
    """
    chosen, stages = entries(), Stages(model)
    own: dict[str, list[float]] = {entry.policy: [] for entry in chosen}
    heard: dict[str, list[float]] = {entry.policy: [] for entry in chosen}
    loaded = playing.load_all(chosen)
    _writing([], log)  # the first one loads the writer
    for _ in range(repeats):
        for entry in chosen:
            shadowed = Shadowed(loaded[entry.name], stages)
            played = [playing.play(entry, call, shadowed) for call in calls]
            steps = [step for one in played for step in one.steps]
            own[entry.policy].append(sum(one.own_s for one in played) + _writing(steps, log))
            heard[entry.policy].append(shadowed.seconds)
            advance()
    return Framework({policy: ratio(own[policy], heard[policy]) for policy in own})


def _writing(steps: Sequence[Step], folder: Path) -> float:
    """Seconds to write the event log."""
    began = time.perf_counter()
    eventlog.write(folder, eventlog.EventLog(tuple(steps)))
    return time.perf_counter() - began
