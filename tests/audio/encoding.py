"""Audio files of any kind, made here by FFmpeg's encoders."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np

from streamwer.audio.decoding import SAMPLE_RATE, Samples

SECONDS = 3.0


class Kind(NamedTuple):
    """How a file is made: its suffix, FFmpeg's names of container and encoder, and the rate."""

    suffix: str
    container: str
    encoder: str
    rate: int = SAMPLE_RATE

    @property
    def name(self) -> str:
        """A name for a test."""
        return f"{self.container}-{self.encoder}"


def make_sound(seconds: float = SECONDS, rate: int = SAMPLE_RATE) -> Samples:
    """Make noise below 3 kHz, of which every stretch is unlike every other."""
    count = round(seconds * rate)
    noise = np.random.default_rng(5).standard_normal(round(seconds * 6_000))
    smooth = np.interp(np.arange(count) / rate, np.arange(noise.size) / 6_000, noise)
    return (0.1 * smooth).astype(np.float32)


def encode(kind: Kind, sound: Samples | None = None) -> bytes:
    """Encode mono sound of the kind's rate; by default `make_sound`."""
    samples = make_sound(rate=kind.rate) if sound is None else sound
    sink = io.BytesIO()
    # Of Matroska short clusters, since one that is damaged is lost as a whole.
    short = {"cluster_time_limit": "500"} if kind.container in ("webm", "matroska") else {}
    with av.open(sink, "w", format=kind.container, options=short) as container:
        stream = container.add_stream(kind.encoder, rate=kind.rate, layout="mono")
        codec = stream.codec_context
        resampler = av.AudioResampler(
            codec.format, "mono", kind.rate, frame_size=codec.frame_size or 1024
        )
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="flt", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = kind.rate, Fraction(1, kind.rate), 0
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return sink.getvalue()


def _zero(contents: bytearray, at: int, length: int) -> None:
    contents[at : at + length] = bytes(length)


def _scramble(contents: bytearray, at: int, length: int) -> None:
    contents[at : at + length] = random.Random(at).randbytes(length)


DAMAGE: dict[str, Callable[[bytearray, int, int], None]] = {"zeros": _zero, "noise": _scramble}


def damage(contents: bytes, how: str, place: int, length: int = 200) -> bytes:
    """Damage some bytes of a file.

    Args:
        contents: of the file.
        how: one of `DAMAGE`.
        place: from 0 to 9: in which tenth of the file.
        length: how many bytes.
    """
    spoilt = bytearray(contents)
    DAMAGE[how](spoilt, len(contents) * (2 * place + 1) // 20, length)
    return bytes(spoilt)


def find_lag(samples: Samples, sound: Samples, begin: float, most: int = 4_000) -> int:
    """Find by how many samples a second of `sound` that begins there is later in `samples`."""
    at = round(begin * SAMPLE_RATE)
    pattern = sound[at : at + SAMPLE_RATE]
    around = np.pad(samples, most)[at : at + SAMPLE_RATE + 2 * most]
    return int(np.correlate(around, pattern, "valid").argmax()) - most
