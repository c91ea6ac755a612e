"""Settings of `conf/load` and `conf/slo`: the calls that a worker carries, and how well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from streamwer.config.settings import setting
from streamwer.errors import ConfigError

ALONE = "alone"


@dataclass
class LoadConfig:
    """conf/load: when calls arrive at a worker, and whom it serves first."""

    name: str = setting(ALONE, "when calls arrive", one_of=(ALONE, "poisson", "fixed", "together"))
    streams: int = setting(1, "calls at once, on average", at_least=1)
    calls_per_s: float | None = setting(
        None, "calls that begin in a second; null for what gives so many streams", above=0
    )
    phase_s: float = setting(
        0.0, "time between the beginnings of calls", unit="seconds", at_least=0
    )
    packet_s: float = setting(
        0.0,
        "audio arrives in packets of this length, seconds; 0: sample by sample",
        at_least=0,
        at_most=10,
    )
    seed: int = setting(1, "of the order of the calls and of their beginnings", at_least=0)
    schedule: str = setting(
        "fifo", "whom the worker serves next", one_of=("fifo", "earliest_deadline", "batched")
    )
    deadline_s: float | None = setting(
        None,
        "earliest_deadline: a step is due so long after its first new sample; null for one chunk"
        " after it is ready",
        above=0,
    )
    batch: int = setting(1, "batched: most calls that share one call of the model", at_least=1)

    @property
    def alone(self) -> bool:
        """True if every call has a worker to itself."""
        return self.name == ALONE

    def check_relations(self, group: str) -> None:
        """Refuse a rate of calls where they do not arrive at random."""
        if self.calls_per_s is not None and self.name != "poisson":
            raise ConfigError(
                f"{group}.calls_per_s={self.calls_per_s} is for load=poisson only: set it to null,"
                " and load.streams to the number of calls at once"
            )


@dataclass
class SloConfig:
    """conf/slo: what calls must still get for a worker to carry them."""

    name: str = setting("live", "name of this service level in the report")
    p95_commit_s: float = setting(
        2.0,
        "95th percentile of the commit latency, at most; a word that is never emitted is infinitely"
        " late",
        unit="seconds",
        above=0,
    )
    lag_slope: float = setting(
        0.005, "seconds of lag gained per second of the run, at most", at_least=0
    )
    wer_points: float = setting(
        1.0,
        "WER above that of the same calls alone on a worker, at most",
        unit="percentage points",
        at_least=0,
    )
    emitted: float = setting(
        0.99,
        "of the reference words emitted for the same calls alone, the share that is emitted, at"
        " least",
        at_least=0,
        at_most=1,
    )
    partial_rate: float = setting(
        0.5,
        "updates of the screen per second of audio, as a share of those alone, at least",
        at_least=0,
        at_most=1,
    )


def refuse_stream_count(load: LoadConfig, overrides: Iterable[str], instead: str) -> None:
    """Refuse a number of calls where that is what is looked for.

    Args:
        load: the composed settings.
        overrides: what somebody chose, as for Hydra.
        instead: what to do about it.

    Raises:
        ConfigError: one was chosen.
    """
    chosen = {override.partition("=")[0].lstrip("+") for override in overrides}
    chosen_values = {"load.streams": "load.streams" in chosen, "load.calls_per_s": load.calls_per_s}
    for key, value in chosen_values.items():
        if value:
            raise ConfigError(f"{key}: how many calls at once is looked for here; {instead}")
