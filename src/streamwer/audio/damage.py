"""What is wrong with an audio file that can be read all the same: told once, where it is known."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

log = logging.getLogger(__name__)
_SHOWN = 3
_collected: ContextVar[list[str] | None] = ContextVar("collected", default=None)


@contextmanager
def collect_damage() -> Iterator[list[str]]:
    """Collect what is reported within the block, instead of warning of it.

    Yields:
        A line for each damaged file; more come as files are decoded.
    """
    found: list[str] = []
    token = _collected.set(found)
    try:
        yield found
    finally:
        _collected.reset(token)


def report_damage(line: str) -> None:
    """Hand a line to whoever collects damage, or warn of it."""
    found = _collected.get()
    if found is None:
        log.warning("%s", line)
    else:
        found.append(line)


@dataclass
class Damage:
    """What is wrong with one file.

    Attributes:
        gaps: where sound is missing and how much, seconds of the recording.
        frames: how many could not be decoded.
        remarks: what else a reader must know.
    """

    gaps: list[tuple[float, float]] = field(default_factory=list)
    frames: int = 0
    remarks: list[str] = field(default_factory=list)

    def describe(self) -> str:
        """Describe it in one line; "" where nothing is wrong."""
        parts = [self._describe_gaps(), *self.remarks]
        if self.frames and not self.gaps:
            parts.append(f"{self.frames} damaged frames were passed over")
        return "; ".join(filter(None, parts))

    def _describe_gaps(self) -> str:
        if not self.gaps:
            return ""
        total = sum(length for _, length in self.gaps)
        places = ", ".join(f"{at:.3f} s" for at, _ in self.gaps[:_SHOWN])
        more = f" and {len(self.gaps) - _SHOWN} more places" if len(self.gaps) > _SHOWN else ""
        return f"damaged: {total:.3f} s are missing at {places}{more}; silence is in their place"
