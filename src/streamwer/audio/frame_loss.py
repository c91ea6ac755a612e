"""Lost sound that time stamps do not tell, from the places and sizes of packets."""

from __future__ import annotations

from dataclasses import dataclass

from av import Packet
from av.audio.stream import AudioStream
from av.container import InputContainer

from streamwer.audio.timeline import LostSound

_PADDING = 4
"""Bytes by which frames of MPEG audio differ at a constant bit rate."""
_PADDED = frozenset(("adx",))
"""Containers that FFmpeg reads in blocks, of which the last one is no whole one."""
_TS_PACKETS = (188, 192, 204)
"""Bytes of a packet of MPEG-TS: alone, with a time before it, and with a checksum behind it."""
_RM_HEADERS = 30
"""Bytes of headers before the first packet of RealMedia."""
_WITHOUT_INDEX = frozenset("adx argo_asf ast flv gxf nut rm swf voc".split())
"""Containers with next to nothing behind the sound."""


@dataclass
class FrameLossEstimator:
    """Estimates lost frames from the bytes per second of the sound so far.

    Where the header of a frame is damaged, FFmpeg merges it with the next frames, or drops them:
    its time stamps, which count frames, are early from there on. So are those of a container
    that numbers its chunks as it finds them: bytes that are no chunk are a gap between packets.
    """

    size: int = 0
    seconds: float = 0.0
    length: float = 0.0
    read: int = 0
    end: int = 0
    between: int | None = None

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
        lost = self._measure_gap(packet)
        if not decoded:
            return self._count_frames(packet.size + lost, 1)
        if lost:
            return self._count_frames(lost, 0)
        self.size += packet.size
        self.seconds += self.length
        return None

    def describe_rest(self, size: int) -> str:
        """Describe the sound that was in no packet, in a file of `size` bytes; "" if none."""
        lost = self._count_frames(size - self.read, 0)
        return f"about {lost.seconds:.3f} s besides have no headers of frames" if lost else ""

    def _measure_gap(self, packet: Packet[AudioStream]) -> int:
        """Measure the bytes since the last packet, beyond those that are always between two."""
        begin, end = packet.pos, self.end
        if begin is None:  # it was found in another packet
            self.end += packet.size if end else 0
            return 0
        self.end = begin + packet.size
        gap = begin - end
        if not end or gap < 0:
            return 0
        self.between = gap if self.between is None else min(gap, self.between)
        return gap - self.between

    def _count_frames(self, size: int, known: int) -> LostSound | None:
        if not self.seconds:
            return None
        each = self.size / self.seconds * self.length + (self.between or 0)
        frames = round(size / each) - known
        return LostSound(frames * self.length) if frames > 0 else None


@dataclass
class PacketSpan:
    """Tells from the places of its packets whether a file begins and ends where it should.

    Attributes:
        begin: where the first packet begins in the file, bytes.
        sizes: of the smallest and the largest packet but the last.
        size: of the last packet.
        end: where it ends in the file, bytes.
        incomplete: whether FFmpeg found it so.
    """

    begin: int = 0
    sizes: tuple[int, int] = (0, 0)
    size: int = 0
    end: int = 0
    incomplete: bool = False

    def add(self, packet: Packet[AudioStream]) -> None:
        """Add the next packet."""
        if not packet.size:
            return
        if self.size:
            least, most = self.sizes
            self.sizes = (min(least or self.size, self.size), max(most, self.size))
        else:
            self.begin = packet.pos or 0
        self.size, self.incomplete = packet.size, packet.is_corrupt
        self.end = max(self.end, (packet.pos or self.end) + packet.size)

    def describe(
        self, container: InputContainer, codec: str, extent: tuple[int, int] | None
    ) -> str:
        """Describe a beginning or an end that is missing, or was not read; "" if none.

        Args:
            container: the file.
            codec: FFmpeg's name of the decoder.
            extent: bytes at which the sound begins and ends by the header, if that tells.
        """
        size, name = container.size, container.format.name
        begin, end = extent or (self.begin, size)
        if end > size:
            return f"its header declares {end} bytes, and it holds {size}"
        least, most = self.sizes
        short = codec.startswith("mp") and most - least <= _PADDING < least - self.size
        part = name == "mpegts" and all(map(size.__mod__, _TS_PACKETS))
        cut = self.incomplete and not codec.startswith("pcm") and name not in _PADDED
        if short or part or cut:
            return "its last frame is incomplete"
        unread = (end if name == "rm" else size) - self.end
        if name in _WITHOUT_INDEX and unread > most + size // 100:
            return f"its last {unread} bytes could not be read"
        if name == "rm" and self.begin - begin > most + _RM_HEADERS:
            return f"{self.begin - begin} bytes before the first sound could not be read"
        return ""
