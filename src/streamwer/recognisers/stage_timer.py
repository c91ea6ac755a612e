"""Time and work of one recogniser call, by stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, Literal

from streamwer.types import StageTimes, WorkCounters

Stage = Literal["listen", "features", "encode", "decode", "align"]
NOW: ContextVar[Callable[[], float]] = ContextVar("now", default=time.perf_counter)
"""What timers read the time from, seconds; `time.process_time` leaves out what others compute."""


class StageTimer:
    """Adds up what one recogniser call spends and does."""

    def __init__(self) -> None:
        self.compute, self.effort = StageTimes(), WorkCounters()

    @contextmanager
    def time_stage(self, stage: Stage) -> Iterator[None]:
        """Book the time of a block to a stage."""
        now = NOW.get()
        began = now()
        try:
            yield
        finally:
            spent = getattr(self.compute, stage) + now() - began
            self.compute = replace(self.compute, **{stage: spent})

    def add_work(self, **effort: int) -> None:
        """Add to the counters of the call's work."""
        self.effort += WorkCounters(**effort)

    @contextmanager
    def time_call(self) -> Iterator[None]:
        """Time a whole call; time outside the stages is booked as `other`."""
        self.compute, self.effort = StageTimes(), WorkCounters()
        now = NOW.get()
        began = now()
        yield
        rest = now() - began - self.compute.total
        self.compute = replace(self.compute, other=max(0.0, rest))

    def read_cost(self) -> dict[str, Any]:
        """Return time and work of the last call, as arguments of `Hypothesis`."""
        return self.split_cost(1)[0]

    def split_cost(self, parts: int) -> list[dict[str, Any]]:
        """Split time and work of the last call among `parts` windows."""
        efforts = self.effort.split(parts)
        return [{"compute": self.compute / parts, "effort": effort} for effort in efforts]
