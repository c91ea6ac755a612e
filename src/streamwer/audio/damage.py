"""Reports of damage in audio files that can be read all the same."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

log = logging.getLogger(__name__)
_MAX_SHOWN = 3
_collected: ContextVar[list[str] | None] = ContextVar("collected", default=None)


@contextmanager
def collect_damage() -> Iterator[list[str]]:
    """Collect damage reports within the block, instead of logging warnings.

    Yields:
        One line for each damaged file; the list grows as files are decoded.
    """
    lines: list[str] = []
    token = _collected.set(lines)
    try:
        yield lines
    finally:
        _collected.reset(token)


def report_damage(line: str) -> None:
    """Report damage to `collect_damage`, or log a warning outside of it."""
    lines = _collected.get()
    if lines is None:
        log.warning("%s", line)
    else:
        lines.append(line)


@dataclass
class Damage:
    """The damage of one file.

    Attributes:
        gaps: start and length of missing sound, seconds of the recording.
        frames: number of frames that could not be decoded.
        failure: the last error of the decoder.
        concealed: number of damaged frames of which the decoder made what it could.
        remarks: other remarks for the reader; "" is none.
    """

    gaps: list[tuple[float, float]] = field(default_factory=list)
    frames: int = 0
    failure: Exception | None = None
    concealed: int = 0
    remarks: list[str] = field(default_factory=list)

    def describe(self) -> str:
        """Describe the damage in one line; "" where there is none."""
        parts = [self._describe_gaps(), *self.remarks]
        if self.frames and not self.gaps:
            parts.append(f"{self.frames} damaged frames were passed over")
        if self.concealed:
            parts.append(f"{self.concealed} damaged frames were repaired by the decoder")
        return "; ".join(filter(None, parts))

    def _describe_gaps(self) -> str:
        if not self.gaps:
            return ""
        total = sum(length for _, length in self.gaps)
        places = ", ".join(f"{at:.3f} s" for at, _ in self.gaps[:_MAX_SHOWN])
        others = len(self.gaps) - _MAX_SHOWN
        more = f" and {others} more places" if others > 0 else ""
        return f"damaged: {total:.3f} s are missing at {places}{more}; silence is in their place"
