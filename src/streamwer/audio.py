"""Audio files in and out: whatever PyAV reads becomes 16 kHz mono float32.

Positions in audio are integer sample counts; seconds appear only at the edges.
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from streamwer.errors import AudioError

SAMPLE_RATE = 16_000
HOP = 160
"""Samples between log-mel frames: windows that begin whole hops apart share their features."""
Samples = NDArray[np.float32]

SUFFIXES = frozenset(
    ".aac .aif .aiff .amr .flac .m4a .mka .mkv .mov .mp3 .mp4 .oga .ogg .opus .wav .webm"
    " .wma".split()
)


def seconds(samples: int) -> float:
    """Length of `samples` samples in seconds."""
    return samples / SAMPLE_RATE


def samples(seconds: float) -> int:
    """Number of whole samples in `seconds`; a half rounds up."""
    return int(seconds * SAMPLE_RATE + 0.5)


def load(path: Path) -> Samples:
    """Decode a file to mono float32 samples at 16 kHz, shape (n,), values within ±1.

    Raises:
        AudioError: the file is missing, empty, not audio, broken, or holds NaN or infinity.
    """
    if not path.is_file():
        raise AudioError(f"{path}: no such audio file")
    if path.stat().st_size == 0:
        raise AudioError(f"{path}: the file is empty (0 bytes)")
    try:
        audio = _decode(path)
    except (av.FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AudioError(f"{path}: not readable as audio ({reason})") from error
    if audio.size == 0:
        raise AudioError(f"{path}: the file holds no audio samples")
    return checked(audio, str(path))


def checked(audio: Samples, name: str) -> Samples:
    """The samples themselves; a model fed NaN writes garbage without an error.

    Raises:
        AudioError: a sample is NaN or infinite.
    """
    bad = np.flatnonzero(~np.isfinite(audio))
    if bad.size:
        where = seconds(int(bad[0]))
        raise AudioError(
            f"{name}: {bad.size} samples are NaN or infinite, the first at {where:.3f} s"
        )
    return audio


def _decode(path: Path) -> Samples:
    # Float planar: integer resampling would turn NaN samples into silence before we see them.
    # The channels are averaged here, because its own mix to mono makes float stereo 3 dB louder.
    resampler = AudioResampler(format="fltp", rate=SAMPLE_RATE)
    parts: list[Samples] = []
    with av.open(str(path), metadata_errors="ignore") as container:
        if not container.streams.audio:
            raise ValueError("it has no audio track")
        for frame in container.decode(audio=0):
            parts += [part.to_ndarray().mean(axis=0) for part in resampler.resample(frame)]
        parts += [part.to_ndarray().mean(axis=0) for part in resampler.resample(None)]
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)


def write_flac(path: Path, audio: Samples) -> None:
    """Write 16 kHz mono samples as 16-bit FLAC; what `load` read from 16 bits is kept exactly."""
    pcm = np.clip(np.round(audio * 32768), -32768, 32767).astype(np.int16)
    with av.open(str(path), "w", format="flac", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="mono")
        stream.codec_context.flags |= int(av.codec.context.Flags.bitexact)
        frame = av.AudioFrame.from_ndarray(pcm[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
