"""Audio sources of streams: recordings that are played, or live audio."""

from __future__ import annotations

import math
from typing import Protocol

from streamwer.audio import samples_to_seconds, seconds_to_samples
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.load import LoadConfig
from streamwer.errors import StreamwerError
from streamwer.types import ArrivedAudio

_ROUNDING = 1e-6
"""Tolerance in samples, so that floating point loses no sample that is just in time."""


class SourceStoppedError(StreamwerError):
    """The sender of the audio has stopped, so no stream gets any more."""


class AudioSource(Protocol):
    """The audio of one stream. Moments are seconds since its first sample was captured."""

    def await_samples(self, wanted: float) -> float:
        """Return when `wanted` samples, or the whole audio, have arrived; a live source waits.

        `wanted` may be infinite.
        """
        ...

    def count_arrived(self, moment: float) -> ArrivedAudio:
        """Count the samples that have arrived by a moment."""
        ...

    def read_window(self, start: int, end: int) -> Samples:
        """Read samples [start, end), all arrived; no later window begins before `start`."""
        ...


class RecordingSource:
    """A recording whose samples arrive as they are captured.

    Args:
        audio: the recording, float32 at 16 kHz, shape (n,).
    """

    def __init__(self, audio: Samples) -> None:
        self._audio = audio

    def await_samples(self, wanted: float) -> float:
        return samples_to_seconds(int(min(wanted, len(self._audio))))

    def count_arrived(self, moment: float) -> ArrivedAudio:
        count = min(len(self._audio), int(moment * SAMPLE_RATE + _ROUNDING))
        return ArrivedAudio(count, count == len(self._audio))

    def read_window(self, start: int, end: int) -> Samples:
        return self._audio[start:end]


class PacketSource(RecordingSource):
    """A recording in packets, each of which arrives when its last sample is captured.

    So windows can end at few moments only, and calls often share the same windows.

    Args:
        audio: the recording, float32 at 16 kHz, shape (n,).
        packet: samples of a packet.
    """

    def __init__(self, audio: Samples, packet: int) -> None:
        super().__init__(audio)
        self._packet = packet

    def await_samples(self, wanted: float) -> float:
        whole = min(wanted, len(self._audio)) / self._packet
        return super().await_samples(math.ceil(whole) * self._packet)

    def count_arrived(self, moment: float) -> ArrivedAudio:
        count, is_all = super().count_arrived(moment)
        return ArrivedAudio(count if is_all else count - count % self._packet, is_all)


def make_source(audio: Samples, load: LoadConfig) -> AudioSource:
    """Make the source of a recording as a load sends it."""
    packet = seconds_to_samples(load.packet_s)
    return PacketSource(audio, packet) if packet > 1 else RecordingSource(audio)
