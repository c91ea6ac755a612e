"""Where a stream's audio comes from: a recording that is played, or a line that is live."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from streamwer.audio import SAMPLE_RATE, Samples, seconds

_ROUNDING = 1e-6
"""Samples; keeps a sample that arrives at a moment from being lost to floating point."""


class Arrived(NamedTuple):
    """Samples of a stream that have arrived, and whether there will be no more."""

    samples: int
    all: bool


class Source(Protocol):
    """The audio of one stream. Moments are seconds since its first sample was captured."""

    def ready(self, wanted: float) -> float:
        """When `wanted` samples, or all there will ever be, have arrived.

        A live source waits until they have. `wanted` may be infinite.
        """
        ...

    def arrived(self, moment: float) -> Arrived:
        """What has arrived by then."""
        ...

    def window(self, start: int, end: int) -> Samples:
        """Samples [start, end), all of them arrived; no later window begins before `start`."""
        ...


class Recording:
    """A recording: each sample arrives when it was captured.

    Args:
        audio: all of it, float32 at 16 kHz, shape (n,).
    """

    def __init__(self, audio: Samples) -> None:
        self._audio = audio

    def ready(self, wanted: float) -> float:
        return seconds(int(min(wanted, len(self._audio))))

    def arrived(self, moment: float) -> Arrived:
        heard = min(len(self._audio), int(moment * SAMPLE_RATE + _ROUNDING))
        return Arrived(heard, heard == len(self._audio))

    def window(self, start: int, end: int) -> Samples:
        return self._audio[start:end]
