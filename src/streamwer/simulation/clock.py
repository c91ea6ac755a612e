"""Clocks turn the compute time of a step into time on the stream's time line.

All clocks drive the same loop, which carries the backlog:
start = max(ready, time when the worker is free), emitted = start + compute.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from streamwer.config import hardware
from streamwer.config.experiment import SystemConfig
from streamwer.config.hardware import CallCosts
from streamwer.errors import ConfigError
from streamwer.recognisers.stage_timer import NOW
from streamwer.types import Hypothesis


class Clock(Protocol):
    """Gives the start and end of each step, in seconds on the time line."""

    def start(self, earliest: float) -> float:
        """Return when a step that may start at `earliest` starts; a real clock waits until then."""
        ...

    def finish(self, start: float, hypothesis: Hypothesis) -> float:
        """Return when the update of a step that began at `start` is emitted."""
        ...


class MeasuredClock:
    """A step takes as long as its recogniser call took."""

    def start(self, earliest: float) -> float:
        return earliest

    def finish(self, start: float, hypothesis: Hypothesis) -> float:
        return start + hypothesis.compute.total


class OccupancyClock:
    """A step takes as long as its recogniser call took, and the work between calls counts too.

    A single call does not wait for the worker's other work (scheduling, planning, committing).
    Where many streams wait for one worker, that work adds up.
    """

    def __init__(self) -> None:
        self._read_time = NOW.get()
        self._free, self._seen = 0.0, self._read_time()

    def start(self, earliest: float) -> float:
        start = max(earliest, self._free + self._read_elapsed())
        self._free = start
        return start

    def finish(self, start: float, hypothesis: Hypothesis) -> float:
        # A scripted call may claim to take longer than it took.
        self._free = start + max(self._read_elapsed(), hypothesis.compute.total)
        return self._free

    def _read_elapsed(self) -> float:
        """Return the seconds since the last call of this method."""
        before, self._seen = self._seen, self._read_time()
        return self._seen - before


class ComputationUnaware:
    """Compute takes no time: only the policy's own delay remains, the same on every run."""

    def start(self, earliest: float) -> float:
        return earliest

    def finish(self, start: float, hypothesis: Hypothesis) -> float:
        return start


class ProfileClock:
    """A step takes as long as such a call takes on the machine of a hardware profile.

    Args:
        costs: of the calls of the system's model.
    """

    def __init__(self, costs: CallCosts) -> None:
        self._costs = costs

    def start(self, earliest: float) -> float:
        return earliest

    def finish(self, start: float, hypothesis: Hypothesis) -> float:
        return start + hardware.predict_seconds(self._costs, hypothesis.effort)


class WallClock:
    """Real time with absolute deadlines, so that pacing does not drift.

    Args:
        origin: value of `read` at 0 on the time line; None for now.
        read: reads a monotonic clock, seconds.
        sleep: waits for a number of seconds, or a little longer.
    """

    def __init__(
        self,
        origin: float | None = None,
        read: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._origin = read() if origin is None else origin
        self._read, self._sleep = read, sleep

    def start(self, earliest: float) -> float:
        while (wait := earliest - self._read_time()) > 0:
            self._sleep(wait)
        return self._read_time()

    def finish(self, start: float, hypothesis: Hypothesis) -> float:
        return self._read_time()

    def _read_time(self) -> float:
        return self._read() - self._origin


MEASURED = "measured"
CLOCKS: Mapping[str, Callable[[], Clock]] = {
    MEASURED: MeasuredClock,
    "unaware": ComputationUnaware,
    "wall": WallClock,
}


PROFILE = "profile"
"""Name of the clock that needs the costs of the system's calls."""


def build_clock(name: str) -> Clock:
    """Build a fresh clock for one stream by its name.

    Raises:
        ConfigError: there is no such clock.
    """
    if name not in CLOCKS:
        known = ", ".join([*CLOCKS, PROFILE])
        raise ConfigError(f"clock.name={name!r} must be one of {known}")
    return CLOCKS[name]()


def build_system_clock(system: SystemConfig) -> Clock:
    """Build a fresh clock for one stream of a system.

    Raises:
        ConfigError: there is no such clock, or the hardware profile lacks the system's costs.
    """
    if system.clock.name == PROFILE:
        return ProfileClock(hardware.find_costs(system.clock.hardware, system.model, system.engine))
    if system.clock.name == MEASURED and not system.load.alone:
        return OccupancyClock()
    return build_clock(system.clock.name)
