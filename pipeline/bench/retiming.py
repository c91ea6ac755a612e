"""What the clock `measured` makes of a call that was played without a clock.

The recogniser's calls cost what they cost under any clock. As long as no call delays the next so
much that this one would hear more, the words are the same too, and only the moments differ: playing
the call again would measure nothing new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from streamwer.audio import SAMPLE_RATE
from streamwer.transcript import Step

_ROUNDING = 1e-6  # samples


def measured(steps: Sequence[Step], seconds: float) -> tuple[Step, ...] | None:
    """The steps with their compute on the stream's line; None where a step would hear more.

    Args:
        steps: of one call, played alone with the clock `unaware`.
        seconds: length of the call.
    """
    free, retimed = 0.0, []
    for step in steps:
        start = max(step.ready, free)
        if _heard(start, seconds) != _heard(step.start, seconds):
            return None
        free = start + step.compute.total
        retimed.append(replace(step, start=start, emitted=free))
    return tuple(retimed)


def _heard(start: float, seconds: float) -> int:
    return int(min(start, seconds) * SAMPLE_RATE + _ROUNDING)
