"""The typed records of `conf/load` and `conf/slo`: what a worker has to carry, and how well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from streamwer.config import bounds
from streamwer.config.bounds import COUNT, RATE, TIME, Limit
from streamwer.errors import ConfigError

ALONE = "alone"
ARRIVALS = (ALONE, "poisson", "fixed", "together")
SCHEDULES = ("fifo", "earliest_deadline", "batched")


@dataclass
class LoadConfig:
    """conf/load: when calls arrive at a worker, and whom it serves first."""

    name: str = ALONE
    streams: int = 1
    calls_per_s: float | None = None
    phase_s: float = 0.0
    packet_s: float = 0.0
    seed: int = 1
    schedule: str = "fifo"
    deadline_s: float | None = None
    batch: int = 1

    @property
    def alone(self) -> bool:
        """Whether every call has a worker to itself."""
        return self.name == ALONE


@dataclass
class SloConfig:
    """conf/slo: what calls must still get for a worker to carry them."""

    name: str = "live"
    p95_commit_s: float = 2.0
    lag_slope: float = 0.005
    wer_points: float = 0.3
    emitted: float = 0.999
    partial_rate: float = 0.95


_SHARE = Limit(lambda value: 0 <= value <= 1, "must be between 0 and 1")
_RATE_OR_NONE = Limit(lambda value: value is None or RATE.holds(value), f"{RATE.remedy}, or null")

LOAD_LIMITS: Mapping[str, Limit] = {
    "name": Limit(lambda value: value in ARRIVALS, f"must be one of {', '.join(ARRIVALS)}"),
    "streams": COUNT,
    "calls_per_s": _RATE_OR_NONE,
    "phase_s": TIME,
    "packet_s": Limit(lambda value: 0 <= value <= 10, "must be between 0 and 10"),
    "seed": Limit(lambda value: value >= 0, "must be at least 0"),
    "schedule": Limit(lambda value: value in SCHEDULES, f"must be one of {', '.join(SCHEDULES)}"),
    "deadline_s": _RATE_OR_NONE,
    "batch": COUNT,
}
SLO_LIMITS: Mapping[str, Limit] = {
    "p95_commit_s": RATE,
    "lag_slope": TIME,
    "wer_points": TIME,
    "emitted": _SHARE,
    "partial_rate": _SHARE,
}


def check(load: LoadConfig) -> None:
    """Refuse a load that no worker could get.

    Raises:
        ConfigError: a value makes no sense; the first such key is named.
    """
    bounds.refuse("load", asdict(load), LOAD_LIMITS)
    if load.calls_per_s is not None and load.name != "poisson":
        raise ConfigError(
            f"load.calls_per_s={load.calls_per_s} is for load=poisson only: set it to null, and"
            " load.streams to the number of calls at once"
        )


def check_sought(load: LoadConfig, overrides: Iterable[str], instead: str) -> None:
    """Refuse a number of calls where that is what is looked for.

    Args:
        overrides: what somebody chose, as for Hydra.
        instead: what to do about it.

    Raises:
        ConfigError: one was chosen.
    """
    chosen = {override.partition("=")[0].lstrip("+") for override in overrides}
    told = {"load.streams": "load.streams" in chosen, "load.calls_per_s": load.calls_per_s}
    for key, value in told.items():
        if value:
            raise ConfigError(f"{key}: how many calls at once is looked for here; {instead}")


def check_slo(slo: SloConfig) -> None:
    """Refuse a service level that cannot be judged.

    Raises:
        ConfigError: a value makes no sense; the first such key is named.
    """
    bounds.refuse("slo", asdict(slo), SLO_LIMITS)
