"""The length that an audio file declares, which may differ from what it holds."""

from __future__ import annotations

from dataclasses import dataclass

from av.audio.stream import AudioStream
from av.container import InputContainer

from streamwer.audio.headers import OPUS_RATE, READ_HERE, FileHeader

JITTER_S = 0.01
"""Tolerance of time stamps: Matroska rounds them to milliseconds."""
_FORMATS = frozenset(
    "aiff apm argo_asf ast au avi caf flac flv kvag matroska,webm mov,mp4,m4a,3gp,3g2,mj2"
    " nistsphere ogg tta w64 wav wv".split()
)
"""Containers that declare a length; of others FFmpeg estimates one from the bit rate."""
_EXACT = frozenset(("aiff", "au", "flac", "nistsphere", "tta", "w64"))
_EXACT_S, _CODED_S = 1e-3, 0.03
"""Tolerance of lengths: some count the padding that an encoder adds at the ends."""
_TOLERANCES_S = {"sox": _EXACT_S, "asf": 0.1}
"""Tolerances of lengths that are read here, if others: ASF counts whole packets."""


@dataclass(frozen=True)
class DeclaredLength:
    """A declared length, seconds.

    Attributes:
        seconds: from the first sample on; in an Ogg file from time stamp 0 on.
        tolerance: seconds by which it may be off.
        absolute: whether it is the time stamp of the end.
    """

    seconds: float
    tolerance: float
    absolute: bool = False

    @property
    def exact(self) -> bool:
        """Tell whether it counts no padding of an encoder."""
        return self.tolerance <= _EXACT_S


def read_length(
    container: InputContainer, stream: AudioStream, header: FileHeader
) -> DeclaredLength | None:
    """Read the length that a file declares; None where it declares none.

    Args:
        container: the file, opened by FFmpeg.
        stream: the audio track.
        header: from `headers.read_header`.
    """
    name, data, pages = container.format.name, header.riff, header.pages
    if header.seconds and name in READ_HERE:
        return DeclaredLength(header.seconds, _TOLERANCES_S.get(name, _CODED_S))
    if data and data.rate:
        known = data.declared and not data.follows
        return DeclaredLength((data.declared or 0) / data.rate, _EXACT_S) if known else None
    opus = stream.codec_context.name == "opus"
    if pages and (rate := OPUS_RATE if opus else stream.rate):
        off = _EXACT_S if opus or stream.codec_context.name == "flac" else _CODED_S
        return DeclaredLength((pages.samples - pages.skipped) / rate, off, absolute=True)
    if name not in _FORMATS and not (name == "mp3" and header.counted):
        return None
    seconds = _read_seconds(container, stream)
    off = _EXACT_S if name in _EXACT or _is_pcm(stream) else _CODED_S
    off = max(off, _measure_counted_delay(stream, seconds))
    # That of FLV is the time stamp of the last packet, which may not begin at 0.
    return DeclaredLength(seconds, off, absolute=name == "flv") if seconds else None


def _measure_counted_delay(stream: AudioStream, seconds: float) -> float:
    """Measure the delay of AAC, seconds, if the length counts it: MP4 in fragments says no other.

    Then it counts all frames, of which the first is the delay.
    """
    codec = stream.codec_context
    if codec.name != "aac" or not stream.rate or not seconds:
        return 0.0
    counts_all = seconds * stream.rate > (stream.frames - 1) * codec.frame_size
    return codec.frame_size / stream.rate if counts_all else 0.0


def _read_seconds(container: InputContainer, stream: AudioStream) -> float:
    # Of these two FFmpeg gives the actual length, and the declared number of frames.
    if container.format.name == "avi":
        return float(stream.frames * stream.time_base) if stream.time_base else 0.0
    if container.format.name == "caf":
        return stream.frames / stream.rate if _is_pcm(stream) and stream.rate else 0.0
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    only = len(container.streams) == 1  # else it is the length of the pictures, perhaps
    return container.duration / 1e6 if only and container.duration else 0.0


def _is_pcm(stream: AudioStream) -> bool:
    return stream.codec_context.name.startswith("pcm")
