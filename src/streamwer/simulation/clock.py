"""Clocks: how the compute time of a step becomes time on the stream's time line.

All clocks drive the same loop, so backlog is carried in the loop whatever the clock:
start = max(ready, moment the worker is free), emitted = start + compute.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from streamwer.config import hardware
from streamwer.config.experiment import SystemConfig
from streamwer.errors import ConfigError
from streamwer.recognisers.stage_timer import NOW
from streamwer.simulation.profile import Profile
from streamwer.types import Hypothesis


class Clock(Protocol):
    """Turns steps into moments, in seconds on the stream's own line."""

    def start(self, earliest: float) -> float:
        """When a step that may begin at `earliest` begins; a real clock waits until then."""
        ...

    def finish(self, start: float, hypothesis: Hypothesis) -> float:
        """When the update of a step that began at `start` is shown."""
        ...


class Measured:
    """A step takes as long as its recogniser call really took."""

    def start(self, earliest: float) -> float:
        return earliest

    def finish(self, start: float, hypothesis: Hypothesis) -> float:
        return start + hypothesis.compute.total


class Occupied:
    """A step takes as long as its recogniser call really took, and so does all else that is done.

    What a worker does between calls (to choose a stream, to plan, to commit) makes no call wait
    that has the worker to itself. Where many streams wait for one worker it adds up.
    """

    def __init__(self) -> None:
        self._now = NOW.get()
        self._free, self._seen = 0.0, self._now()

    def start(self, earliest: float) -> float:
        start = max(earliest, self._free + self._since())
        self._free = start
        return start

    def finish(self, start: float, hypothesis: Hypothesis) -> float:
        # A scripted call may be said to take longer than it took.
        self._free = start + max(self._since(), hypothesis.compute.total)
        return self._free

    def _since(self) -> float:
        """Seconds since this was asked before."""
        before, self._seen = self._seen, self._now()
        return self._seen - before


class Unaware:
    """Compute takes no time: the policy's own delay, the same on every run."""

    def start(self, earliest: float) -> float:
        return earliest

    def finish(self, start: float, hypothesis: Hypothesis) -> float:
        return start


class Wall:
    """Real time against absolute deadlines, so that pacing does not drift.

    Args:
        origin: what `read` says when it is 0 on the stream's line; None is now.
        read: the clock on the wall, seconds.
        sleep: waits for so many seconds, or a little longer.
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
        while (wait := earliest - self._now()) > 0:
            self._sleep(wait)
        return self._now()

    def finish(self, start: float, hypothesis: Hypothesis) -> float:
        return self._now()

    def _now(self) -> float:
        return self._read() - self._origin


MEASURED = "measured"
CLOCKS: Mapping[str, Callable[[], Clock]] = {
    MEASURED: Measured,
    "unaware": Unaware,
    "wall": Wall,
}


PROFILE = "profile"
"""The name of the clock that needs the costs of the system's calls."""


def build(name: str) -> Clock:
    """A fresh clock for one stream, of those that need no more than a name.

    Raises:
        ConfigError: there is no such clock.
    """
    if name not in CLOCKS:
        known = ", ".join([*CLOCKS, PROFILE])
        raise ConfigError(f"clock.name={name!r} must be one of {known}")
    return CLOCKS[name]()


def clock_of(system: SystemConfig) -> Clock:
    """A fresh clock for one stream of a system.

    Raises:
        ConfigError: there is no such clock, or the hardware profile lacks the system's costs.
    """
    if system.clock.name == PROFILE:
        return Profile(hardware.find(system.clock.hardware, system.model, system.engine))
    if system.clock.name == MEASURED and not system.load.alone:
        return Occupied()
    return build(system.clock.name)
