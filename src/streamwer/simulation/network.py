"""Audio that arrives through a simulated packet network, with loss and delay."""

from __future__ import annotations

import numpy as np

from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.datasets.augmentation.network import PacketNetwork
from streamwer.types import ArrivedAudio

_ROUNDING = 1e-6 / SAMPLE_RATE
"""Tolerance in seconds, so that floating point loses no packet that is just in time."""


class NetworkSource:
    """A recording that arrives in packets; a missing one is filled at its deadline.

    Args:
        audio: the recording as it is sent, float32 at 16 kHz, shape (n,).
        journey: delay and loss of its packets.
    """

    def __init__(self, audio: Samples, journey: PacketNetwork) -> None:
        delivered = journey.transmit(audio)
        self._audio = delivered.audio
        self._size, self._available = delivered.size, delivered.available

    def await_samples(self, wanted: float) -> float:
        count = int(min(wanted, len(self._audio)))
        return float(self._available[(count - 1) // self._size]) if count else 0.0

    def count_arrived(self, moment: float) -> ArrivedAudio:
        packets = np.searchsorted(self._available, moment + _ROUNDING, side="right")
        count = min(len(self._audio), int(packets) * self._size)
        return ArrivedAudio(count, count == len(self._audio))

    def read_window(self, start: int, end: int) -> Samples:
        return self._audio[start:end]
