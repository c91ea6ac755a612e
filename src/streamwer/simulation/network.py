"""A stream that comes by a packet network: what arrives when, and with what in the gaps."""

from __future__ import annotations

import numpy as np

from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.datasets.augmentation.packets import Journey
from streamwer.types import Arrived

_ROUNDING = 1e-6 / SAMPLE_RATE
"""Seconds; keeps a packet that arrives at a moment from being lost to floating point."""


class Packets:
    """A recording that arrives in packets; a missing one is filled at its deadline.

    Args:
        audio: the recording as it is sent, float32 at 16 kHz, shape (n,).
        journey: what happens to it on its way.
    """

    def __init__(self, audio: Samples, journey: Journey) -> None:
        delivered = journey.deliver(audio)
        self._audio = delivered.audio
        self._size, self._available = delivered.size, delivered.available

    def ready(self, wanted: float) -> float:
        count = int(min(wanted, len(self._audio)))
        return float(self._available[(count - 1) // self._size]) if count else 0.0

    def arrived(self, moment: float) -> Arrived:
        packets = np.searchsorted(self._available, moment + _ROUNDING, side="right")
        heard = min(len(self._audio), int(packets) * self._size)
        return Arrived(heard, heard == len(self._audio))

    def window(self, start: int, end: int) -> Samples:
        return self._audio[start:end]
