"""A worker that stops once in the middle of a run, as where its machine is busy otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from streamwer.recognisers.base import Recogniser, Window
from streamwer.simulation.clock import Clock
from streamwer.types import Hypothesis, StageTimes


@dataclass(frozen=True)
class Stall:
    """When a worker stops, and for how long; seconds on its line."""

    at: float
    seconds: float


def pass_virtual_time(seconds: float) -> None:
    """Pass no time: the clock counts what the call says it took."""


class Stalled:
    """A clock and a recogniser in one: the first call that begins after a moment takes longer.

    Args:
        clock: tells when calls begin.
        recogniser: does the work.
        stall: how much longer, and from when.
        passing: lets so many seconds pass: `time.sleep`, or `pass_virtual_time`.
    """

    def __init__(
        self,
        clock: Clock,
        recogniser: Recogniser,
        stall: Stall,
        passing: Callable[[float], None],
    ) -> None:
        self._clock, self._recogniser, self._passing = clock, recogniser, passing
        self._stall: Stall | None = stall
        self._now = 0.0

    def start(self, earliest: float) -> float:
        """As the clock says."""
        self._now = self._clock.start(earliest)
        return self._now

    def finish(self, start: float, hypothesis: Hypothesis) -> float:
        """As the clock says."""
        return self._clock.finish(start, hypothesis)

    def recognise(self, window: Window) -> Hypothesis:
        """As the recogniser says, once with the stall as compute."""
        heard = self._recogniser.recognise(window)
        stall = self._stall
        if stall is None or self._now < stall.at:
            return heard
        self._stall = None
        self._passing(stall.seconds)
        return replace(heard, compute=heard.compute + StageTimes(other=stall.seconds))
