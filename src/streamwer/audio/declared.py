"""The length that an audio file declares: what it holds may be less, or more."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import IO

from av.audio.stream import AudioStream
from av.container import InputContainer

from streamwer.audio import ogg, riff

JITTER_S = 0.01
"""By which times are off in sound files: Matroska rounds them to milliseconds."""
_FORMATS = frozenset(
    "aiff au avi caf flac matroska,webm mov,mp4,m4a,3gp,3g2,mj2 ogg tta w64 wv".split()
)
"""Containers that declare a length; of others FFmpeg estimates one from the bit rate."""
_OF_WHAT_IS_THERE = frozenset(("avi", "caf"))
"""Those of which FFmpeg tells the length of what is there, and how many frames are declared."""
_EXACT = frozenset(("aiff", "au", "flac", "tta", "w64"))
_EXACT_S, _CODED_S = 1e-3, 0.025
"""By which lengths may be off: some count what an encoder of coded sound adds at the ends."""
_COUNTS = (b"Xing", b"Info", b"VBRI")
_COUNTS_WITHIN = 4096


@dataclass(frozen=True)
class Header:
    """What the beginning of a file tells that FFmpeg does not.

    Attributes:
        riff: of a WAV file.
        pages: of an Ogg file.
        counted: whether it is an MP3 file that counts its frames.
    """

    riff: riff.RiffData | None
    pages: ogg.OggPages | None
    counted: bool


@dataclass(frozen=True)
class Length:
    """A declared length, seconds.

    Attributes:
        seconds: from the first sample on; of an Ogg file from time stamp 0 on.
        tolerance: by which it may be off.
        absolute: whether it is the time stamp of the end.
    """

    seconds: float
    tolerance: float
    absolute: bool = False


def read_header(file: IO[bytes]) -> Header:
    """Read what the beginning of a file tells; the file is at its beginning then."""
    size = file.seek(0, os.SEEK_END)
    found = Header(riff.read_data(file, size), ogg.read_pages(file, size), _counts_frames(file))
    file.seek(0)
    return found


def read_length(container: InputContainer, stream: AudioStream, header: Header) -> Length | None:
    """Read the length that a file declares; None where it declares none.

    Args:
        container: opened by FFmpeg.
        stream: whose length it is.
        header: of the file.
    """
    name, data, pages = container.format.name, header.riff, header.pages
    if data:
        known = data.declared and data.rate and not data.follows
        return Length((data.declared or 0) / data.rate, _EXACT_S) if known else None
    opus = stream.codec_context.name == "opus"
    if pages and (rate := ogg.OPUS_RATE if opus else stream.rate):
        off = _EXACT_S if opus or stream.codec_context.name == "flac" else _CODED_S
        return Length((pages.samples - pages.skipped) / rate, off, absolute=True)
    if name not in _FORMATS and not (name == "mp3" and header.counted):
        return None
    seconds = _read_seconds(container, stream)
    off = _EXACT_S if name in _EXACT or _is_pcm(stream) else _CODED_S
    return Length(seconds, off) if seconds else None


def _read_seconds(container: InputContainer, stream: AudioStream) -> float:
    if container.format.name in _OF_WHAT_IS_THERE:
        return stream.frames / stream.rate if _is_pcm(stream) and stream.rate else 0.0
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    only = len(container.streams) == 1  # else it is the length of the pictures, perhaps
    return container.duration / 1e6 if only and container.duration else 0.0


def _is_pcm(stream: AudioStream) -> bool:
    return stream.codec_context.name.startswith("pcm")


def _counts_frames(file: IO[bytes]) -> bool:
    """Whether the first frame of MPEG audio, behind what is said of it (ID3), counts the others."""
    file.seek(0)
    head = file.read(10)
    if head.startswith(b"ID3"):  # its length has four times seven bits
        file.seek(10 + sum(byte << 7 * (3 - n) for n, byte in enumerate(head[6:])))
    begin = head + file.read(_COUNTS_WITHIN)
    return any(mark in begin for mark in _COUNTS)
