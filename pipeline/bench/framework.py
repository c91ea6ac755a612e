"""The framework's own time (policy, simulation, event log) beside a model as large as Whisper tiny.

The model's weights are random: it hears nothing in particular and costs what the real one costs.
Left alone it would decode to the token budget of every window, so its budget is that of speech.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.bench import playing, systems
from pipeline.bench.playing import Call, Played
from pipeline.bench.ratios import Ratio, ratio
from pipeline.bench.systems import Entry
from streamwer import eventlog
from streamwer.config import DirectConfig
from streamwer.recognisers import Recogniser

TOKENS_PER_S = 4.0
"""What fast English speech has."""
LONGEST_S = 10.0
"""Of a call this much is played: longer windows cost the recogniser more, the framework hardly."""


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


def entries() -> list[Entry]:
    """Every streaming policy with `direct` at the first chunk, bounded to the tokens of speech."""
    return [
        replace(entry, system=replace(entry.system, engine=_bounded(entry.system.engine)))
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

    Raises:
        ModelError: the folder is not a usable model.
    """
    chosen = entries()
    own: dict[str, list[float]] = {entry.policy: [] for entry in chosen}
    heard: dict[str, list[float]] = {entry.policy: [] for entry in chosen}
    loaded = playing.load_all(chosen, model)
    _writing([], log)  # the first one loads the writer
    for _ in range(repeats):
        for entry in chosen:
            played = _played(entry, calls, loaded[entry.name])
            spent = sum(one.own_s for one in played) + _writing(played, log)
            own[entry.policy].append(spent)
            heard[entry.policy].append(sum(one.recogniser_s for one in played))
            advance()
    return Framework({policy: ratio(own[policy], heard[policy]) for policy in own})


def _bounded(engine: DirectConfig) -> DirectConfig:
    return replace(engine, tokens_per_s=TOKENS_PER_S)


def _played(entry: Entry, calls: Sequence[Call], recogniser: Recogniser) -> list[Played]:
    return [playing.play(entry, call.until(LONGEST_S), recogniser) for call in calls]


def _writing(played: Sequence[Played], folder: Path) -> float:
    """Seconds to write the event log."""
    began = time.perf_counter()
    eventlog.write(folder, eventlog.EventLog(tuple(s for one in played for s in one.steps)))
    return time.perf_counter() - began
