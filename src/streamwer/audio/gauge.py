"""How much sound is lost in a stream whose frames FFmpeg counts, by the bytes that are none."""

from __future__ import annotations

from dataclasses import dataclass

from av import Packet
from av.audio.stream import AudioStream

from streamwer.audio.timeline import Lost


@dataclass
class Gauge:
    """Knows how many bytes a second the sound has taken so far.

    Where the header of a frame is damaged, FFmpeg takes it and those after it for one, or leaves
    them out: its time stamps, which count frames, are early from there on.
    """

    size: int = 0
    seconds: float = 0.0
    length: float = 0.0
    read: int = 0

    def measure(self, packet: Packet[AudioStream], decoded: bool) -> Lost | None:
        """Measure what is lost in a packet, beyond the one frame that its time stamp tells of.

        Args:
            packet: the next one.
            decoded: whether there is sound in it.
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

    def measure_rest(self, size: int) -> Lost | None:
        """Measure what was in no packet at all, of a file of so many bytes."""
        return self._count_frames(size - self.read, 0)

    def _count_frames(self, size: int, known: int) -> Lost | None:
        if not self.seconds:
            return None
        frames = round(size / (self.size / self.seconds * self.length)) - known
        return Lost(frames * self.length) if frames > 0 else None
