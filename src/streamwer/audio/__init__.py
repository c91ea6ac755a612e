"""Reading and writing audio files: 16 kHz, mono, float32.

Positions in audio are integer sample counts; seconds appear only at the interfaces.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from streamwer.audio import flac
from streamwer.audio.damage import Damage, collect_damage, report_damage
from streamwer.audio.decoding import SAMPLE_RATE, Samples, decode_file
from streamwer.audio.suffixes import SUFFIXES
from streamwer.errors import AudioError

__all__ = [
    "HOP",
    "SAMPLE_RATE",
    "SUFFIXES",
    "Samples",
    "check_finite",
    "check_flac_md5",
    "collect_damage",
    "concatenate_pieces",
    "decode_chunks",
    "encode_pcm",
    "load_audio",
    "read_contents",
    "report_damage",
    "samples_to_seconds",
    "seconds_to_samples",
    "write_flac",
    "write_flac_chunks",
]
HOP = 160
"""Samples between log-mel frames: windows that begin whole hops apart share features."""
_PEAK = 2**15 - 1
_BLOCK = 1 << 18
"""Samples allocated or processed at once; untouched ones take no memory."""


def samples_to_seconds(samples: int) -> float:
    """Convert a number of samples to seconds."""
    return samples / SAMPLE_RATE


def seconds_to_samples(seconds: float) -> int:
    """Convert seconds to a whole number of samples; a half rounds up."""
    return int(seconds * SAMPLE_RATE + 0.5)


def load_audio(path: Path, contents: bytes | None = None) -> Samples:
    """Decode a file to mono float32 samples at 16 kHz, shape (n,), values within ±1.

    Args:
        path: the file.
        contents: its bytes, where the file is on another machine.

    Raises:
        AudioError: the file is missing, empty, not audio, broken, or holds NaN or infinity.
    """
    audio = concatenate_pieces(_decode_pieces(path, contents=contents))
    if audio.size == 0:
        raise AudioError(f"{path}: the file holds no audio samples")
    return check_finite(audio, str(path))


def encode_pcm(audio: Samples) -> bytes:
    """Encode samples as 16-bit integers, little-endian; those beyond ±1 are clipped."""
    return np.rint(np.clip(audio, -1, 1) * _PEAK).astype("<i2").tobytes()


def concatenate_pieces(pieces: Iterable[Samples]) -> Samples:
    """Concatenate pieces without a second copy of them: an hour takes 220 MB."""
    whole, count = np.empty(_BLOCK, np.float32), 0
    for piece in pieces:
        if count + piece.size > whole.size:
            whole.resize(max(2 * whole.size, count + piece.size), refcheck=False)
        whole[count : count + piece.size] = piece
        count += piece.size
    whole.resize(count, refcheck=False)
    return whole


def check_finite(audio: Samples, name: str) -> Samples:
    """Return the samples if all are finite; on NaN a model writes garbage without an error.

    Raises:
        AudioError: a sample is NaN or infinite.
    """
    with np.errstate(invalid="ignore"):  # of a NaN that signals, as damage may leave
        total = audio.sum(dtype=np.float64)
    if np.isfinite(total):  # as it nearly always is, and takes no memory
        return audio
    bad = np.flatnonzero(~np.isfinite(audio))
    if bad.size:
        where = samples_to_seconds(int(bad[0]))
        raise AudioError(
            f"{name}: {bad.size} samples are NaN or infinite, the first at {where:.3f} s"
        )
    return audio


def decode_chunks(
    path: Path, channel: int | None = None, contents: bytes | None = None
) -> Iterator[Samples]:
    """Decode a file as `load_audio` does, but yield pieces: an hour of audio is never held.

    Args:
        path: the file.
        channel: the channel to take, from 0 on; the mean of all if None.
        contents: its bytes, where the file is on another machine.

    Yields:
        float32 samples at 16 kHz, shape (n,).

    Raises:
        AudioError: as `load_audio`, or there is no such channel; perhaps after some pieces.
    """
    count = 0
    for piece in _decode_pieces(path, channel, contents):
        bad = np.flatnonzero(~np.isfinite(piece))
        if bad.size:
            where = samples_to_seconds(count + int(bad[0]))
            raise AudioError(f"{path}: samples are NaN or infinite, the first at {where:.3f} s")
        count += piece.size
        yield piece
    if count == 0:
        raise AudioError(f"{path}: the file holds no audio samples")


def read_contents(path: Path) -> bytes:
    """Read the bytes of a file, for `load_audio` on another machine.

    Raises:
        AudioError: the file is missing or cannot be read.
    """
    _require_file(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise _build_unreadable_error(path, error) from error


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise AudioError(f"{path}: no such audio file")


def _build_unreadable_error(path: Path, error: OSError) -> AudioError:
    return AudioError(f"{path}: not readable as audio ({error.strerror or error})")


def check_flac_md5(path: Path, audio: Samples, contents: bytes | None = None) -> Samples:
    """Return the samples of a FLAC file if their MD5 is the one in its header.

    A decoder takes a flipped bit for sound. Files without an MD5 of 16 kHz mono 16-bit samples are
    not checked.

    Args:
        path: the file.
        audio: all samples that `load_audio` read from it, shape (n,).
        contents: its bytes, where the file is on another machine.

    Raises:
        AudioError: they differ, or the file cannot be read.
    """
    try:
        with path.open("rb") if contents is None else BytesIO(contents) as file:
            head = file.read(flac.HEADER_BYTES)
    except OSError as error:  # it is gone since it was loaded
        raise _build_unreadable_error(path, error) from error
    md5 = flac.read_md5(head)
    if md5 and flac.read_format(head) == (SAMPLE_RATE, 1, 16) and md5 != _compute_md5(audio):
        raise AudioError(
            f"{path}: damaged: its samples are not those that were written; prepare it again"
        )
    return audio


def _compute_md5(audio: Samples) -> bytes:
    digest = hashlib.md5(usedforsecurity=False)
    for at in range(0, len(audio), _BLOCK):
        digest.update(_to_pcm16(audio[at : at + _BLOCK]).astype("<i2").tobytes())
    return digest.digest()


def _to_pcm16(audio: Samples) -> NDArray[np.int16]:
    return np.clip(np.round(audio * 32768), -32768, 32767).astype(np.int16)


class _NamedBytes(BytesIO):
    """The bytes of a file, with its name as a hint for FFmpeg."""

    def __init__(self, path: Path, contents: bytes) -> None:
        super().__init__(contents)
        self.name = str(path)


def _decode_pieces(
    path: Path, channel: int | None = None, contents: bytes | None = None
) -> Iterator[Samples]:
    if contents is None:
        _require_file(path)
    if (path.stat().st_size if contents is None else len(contents)) == 0:
        raise AudioError(f"{path}: the file is empty (0 bytes)")
    damage = Damage()
    try:
        with path.open("rb") if contents is None else _NamedBytes(path, contents) as file:
            yield from decode_file(file, channel, damage)
    except OSError as error:  # FFmpeg's own errors are some of these
        raise _build_unreadable_error(path, error) from error
    except (av.FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AudioError(f"{path}: not readable as audio ({reason})") from error
    if description := damage.describe():
        report_damage(f"{path}: {description}")


def write_flac(path: Path, audio: Samples) -> None:
    """Write 16 kHz mono samples, shape (n,), as 16-bit FLAC; samples of 16 bits stay exact."""
    write_flac_chunks(path, (audio[at : at + _BLOCK] for at in range(0, len(audio), _BLOCK)))


def write_flac_chunks(path: Path, pieces: Iterable[Samples]) -> int:
    """Write the pieces of a recording as `write_flac` does, holding one at a time.

    Returns:
        The number of samples written.
    """
    count = 0
    with av.open(str(path), "w", format="flac", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="mono")
        stream.codec_context.flags |= int(av.codec.context.Flags.bitexact)
        for piece in filter(np.size, pieces):
            frame = av.AudioFrame.from_ndarray(
                _to_pcm16(piece)[np.newaxis], format="s16", layout="mono"
            )
            frame.sample_rate = SAMPLE_RATE
            container.mux(stream.encode(frame))
            count += piece.size
        container.mux(stream.encode(None))
    return count
