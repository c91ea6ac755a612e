"""Estimates of lost sound in streams without time stamps, from the bytes of damaged frames."""

from __future__ import annotations

from dataclasses import dataclass

from av import Packet
from av.audio.stream import AudioStream

from streamwer.audio.timeline import LostSound


@dataclass
class FrameLossEstimator:
    """Estimates lost frames from the bytes per second of the sound so far.

    Where the header of a frame is damaged, FFmpeg merges it with the next frames, or drops them:
    its time stamps, which count frames, are early from there on.
    """

    size: int = 0
    seconds: float = 0.0
    length: float = 0.0
    read: int = 0

    def measure(self, packet: Packet[AudioStream], decoded: bool) -> LostSound | None:
        """Estimate the sound lost in a packet, beyond the one frame that its time stamp counts.

        Args:
            packet: the next packet.
            decoded: whether it could be decoded.
        """
        if not packet.size or not packet.duration or packet.time_base is None:
            return None
        self.read += packet.size
        self.length = float(packet.duration * packet.time_base)
        if not decoded:
            return self._count_frames(packet.size, 1)
        self.size += packet.size
        self.seconds += self.length
        return None

    def measure_rest(self, size: int) -> LostSound | None:
        """Estimate the sound that was in no packet, in a file of `size` bytes."""
        return self._count_frames(size - self.read, 0)

    def _count_frames(self, size: int, known: int) -> LostSound | None:
        if not self.seconds:
            return None
        frames = round(size / (self.size / self.seconds * self.length)) - known
        return LostSound(frames * self.length) if frames > 0 else None
