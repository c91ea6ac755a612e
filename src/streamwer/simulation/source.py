"""Where a stream's audio comes from: a recording that is played, or a line that is live."""

from __future__ import annotations

import math
from typing import Protocol

from streamwer.audio import samples, seconds
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.load import LoadConfig
from streamwer.errors import StreamwerError
from streamwer.types import Arrived

_ROUNDING = 1e-6
"""Samples; keeps a sample that arrives at a moment from being lost to floating point."""


class SilentError(StreamwerError):
    """Whoever sends the audio has stopped: no stream is to blame, and none gets any more."""


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


class InPackets(Recording):
    """A recording that is sent in packets: each arrives whole when its last sample was captured.

    So there are few moments at which a window can end, and many calls ask for the same windows.

    Args:
        audio: all of it, float32 at 16 kHz, shape (n,).
        packet: samples of a packet.
    """

    def __init__(self, audio: Samples, packet: int) -> None:
        super().__init__(audio)
        self._packet = packet

    def ready(self, wanted: float) -> float:
        whole = min(wanted, len(self._audio)) / self._packet
        return super().ready(math.ceil(whole) * self._packet)

    def arrived(self, moment: float) -> Arrived:
        heard, everything = super().arrived(moment)
        return Arrived(heard if everything else heard - heard % self._packet, everything)


def arriving(audio: Samples, load: LoadConfig) -> Source:
    """A recording as a load sends it."""
    packet = samples(load.packet_s)
    return InPackets(audio, packet) if packet > 1 else Recording(audio)
