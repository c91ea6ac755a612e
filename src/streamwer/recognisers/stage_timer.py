"""What one recogniser call spends and does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, Literal

from streamwer.types import Compute, Effort

Stage = Literal["listen", "features", "encode", "decode", "align"]
NOW: ContextVar[Callable[[], float]] = ContextVar("now", default=time.perf_counter)
"""What meters read the time from, seconds; `time.process_time` leaves out what others compute."""


class Meter:
    """Adds up what one recogniser call spends and does."""

    def __init__(self) -> None:
        self.compute, self.effort = Compute(), Effort()

    @contextmanager
    def timing(self, stage: Stage) -> Iterator[None]:
        now = NOW.get()
        began = now()
        try:
            yield
        finally:
            spent = getattr(self.compute, stage) + now() - began
            self.compute = replace(self.compute, **{stage: spent})

    def did(self, **effort: int) -> None:
        self.effort += Effort(**effort)

    @contextmanager
    def whole_call(self) -> Iterator[None]:
        """Begin anew; what the call spends outside the stages is booked as `other`."""
        self.compute, self.effort = Compute(), Effort()
        now = NOW.get()
        began = now()
        yield
        rest = now() - began - self.compute.total
        self.compute = replace(self.compute, other=max(0.0, rest))

    def cost(self) -> dict[str, Any]:
        """What the last call spent and did."""
        return self.costs(1)[0]

    def costs(self, parts: int) -> list[dict[str, Any]]:
        """The same, shared out among `parts` windows."""
        efforts = self.effort.shared(parts)
        return [{"compute": self.compute / parts, "effort": effort} for effort in efforts]
