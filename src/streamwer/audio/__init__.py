"""Audio files in and out: whatever PyAV reads becomes 16 kHz mono float32.

Positions in audio are integer sample counts; seconds appear only at the edges.
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
from streamwer.audio.decoding import SAMPLE_RATE, Samples, decode
from streamwer.audio.suffixes import SUFFIXES
from streamwer.errors import AudioError

__all__ = [
    "HOP",
    "SAMPLE_RATE",
    "SUFFIXES",
    "Samples",
    "checked",
    "chunks",
    "collect_damage",
    "joined",
    "load",
    "read",
    "report_damage",
    "samples",
    "seconds",
    "undamaged",
    "write_flac",
    "write_flac_chunks",
]
HOP = 160
"""Samples between log-mel frames: windows that begin whole hops apart share their features."""
_ROOM = 1 << 18
"""Samples to begin with; untouched ones take no memory."""


def seconds(samples: int) -> float:
    """Length of `samples` samples in seconds."""
    return samples / SAMPLE_RATE


def samples(seconds: float) -> int:
    """Number of whole samples in `seconds`; a half rounds up."""
    return int(seconds * SAMPLE_RATE + 0.5)


def load(path: Path, contents: bytes | None = None) -> Samples:
    """Decode a file to mono float32 samples at 16 kHz, shape (n,), values within ±1.

    Args:
        path: the file.
        contents: what is in it, where the file itself lies on another machine.

    Raises:
        AudioError: the file is missing, empty, not audio, broken, or holds NaN or infinity.
    """
    audio = joined(_pieces(path, contents=contents))
    if audio.size == 0:
        raise AudioError(f"{path}: the file holds no audio samples")
    return checked(audio, str(path))


def joined(pieces: Iterable[Samples]) -> Samples:
    """Pieces one after the other, of which never two copies are held: an hour has 220 MB."""
    whole, count = np.empty(_ROOM, np.float32), 0
    for piece in pieces:
        if count + piece.size > whole.size:
            whole.resize(max(2 * whole.size, count + piece.size), refcheck=False)
        whole[count : count + piece.size] = piece
        count += piece.size
    whole.resize(count, refcheck=False)
    return whole


def checked(audio: Samples, name: str) -> Samples:
    """The samples themselves; a model fed NaN writes garbage without an error.

    Raises:
        AudioError: a sample is NaN or infinite.
    """
    with np.errstate(invalid="ignore"):  # of a NaN that signals, as damage may leave
        total = audio.sum(dtype=np.float64)
    if np.isfinite(total):  # as it nearly always is, and takes no memory
        return audio
    bad = np.flatnonzero(~np.isfinite(audio))
    if bad.size:
        where = seconds(int(bad[0]))
        raise AudioError(
            f"{name}: {bad.size} samples are NaN or infinite, the first at {where:.3f} s"
        )
    return audio


def chunks(
    path: Path, channel: int | None = None, contents: bytes | None = None
) -> Iterator[Samples]:
    """The samples of `load`, in pieces as they are decoded: an hour of audio is never held.

    Args:
        path: the file.
        channel: the one to take, from 0 on; the mean of all if None.
        contents: as for `load`.

    Raises:
        AudioError: as `load`, or there is no such channel; perhaps after some pieces.
    """
    count = 0
    for piece in _pieces(path, channel, contents):
        bad = np.flatnonzero(~np.isfinite(piece))
        if bad.size:
            where = seconds(count + int(bad[0]))
            raise AudioError(f"{path}: samples are NaN or infinite, the first at {where:.3f} s")
        count += piece.size
        yield piece
    if count == 0:
        raise AudioError(f"{path}: the file holds no audio samples")


def read(path: Path) -> bytes:
    """The contents of a file, for `load` on another machine.

    Raises:
        AudioError: the file is missing or cannot be read, in the words of `load`.
    """
    if not path.is_file():
        raise _missing(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _missing(path: Path) -> AudioError:
    return AudioError(f"{path}: no such audio file")


def _unreadable(path: Path, error: OSError) -> AudioError:
    return AudioError(f"{path}: not readable as audio ({error.strerror or error})")


def undamaged(path: Path, audio: Samples, contents: bytes | None = None) -> Samples:
    """The samples themselves, if they are those that `write_flac` wrote.

    A decoder takes a flipped bit for sound. A file that tells no MD5 of such samples is not judged.

    Args:
        path: of the file.
        audio: all that `load` read from it.
        contents: of the file, where it lies on another machine.

    Raises:
        AudioError: they are not, or the file cannot be read.
    """
    try:
        with path.open("rb") if contents is None else BytesIO(contents) as file:
            head = file.read(flac.HEAD)
    except OSError as error:  # it is gone since it was loaded
        raise _unreadable(path, error) from error
    told = flac.md5(head)
    if told and flac.form(head) == (SAMPLE_RATE, 1, 16) and told != _md5(audio):
        raise AudioError(
            f"{path}: damaged: its samples are not those that were written; prepare it again"
        )
    return audio


def _md5(audio: Samples) -> bytes:
    found = hashlib.md5(usedforsecurity=False)
    for at in range(0, len(audio), _ROOM):
        found.update(_pcm(audio[at : at + _ROOM]).astype("<i2").tobytes())
    return found.digest()


def _pcm(audio: Samples) -> NDArray[np.int16]:
    return np.clip(np.round(audio * 32768), -32768, 32767).astype(np.int16)


class _Held(BytesIO):
    """The contents of a file; its name is a hint for FFmpeg, as that of an open file is."""

    def __init__(self, path: Path, contents: bytes) -> None:
        super().__init__(contents)
        self.name = str(path)


def _pieces(
    path: Path, channel: int | None = None, contents: bytes | None = None
) -> Iterator[Samples]:
    if contents is None and not path.is_file():
        raise _missing(path)
    if (path.stat().st_size if contents is None else len(contents)) == 0:
        raise AudioError(f"{path}: the file is empty (0 bytes)")
    damage = Damage()
    try:
        with path.open("rb") if contents is None else _Held(path, contents) as file:
            yield from decode(file, channel, damage)
    except OSError as error:  # FFmpeg's own errors are some of these
        raise _unreadable(path, error) from error
    except (av.FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AudioError(f"{path}: not readable as audio ({reason})") from error
    if told := damage.describe():
        report_damage(f"{path}: {told}")


def write_flac(path: Path, audio: Samples) -> None:
    """Write 16 kHz mono samples as 16-bit FLAC; what `load` read from 16 bits is kept exactly."""
    write_flac_chunks(path, (audio[at : at + _ROOM] for at in range(0, len(audio), _ROOM)))


def write_flac_chunks(path: Path, pieces: Iterable[Samples]) -> int:
    """Write pieces of one recording as `write_flac` does, without holding more than one of them.

    Returns:
        The number of samples written.
    """
    count = 0
    with av.open(str(path), "w", format="flac", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="mono")
        stream.codec_context.flags |= int(av.codec.context.Flags.bitexact)
        for piece in filter(np.size, pieces):
            frame = av.AudioFrame.from_ndarray(_pcm(piece)[np.newaxis], format="s16", layout="mono")
            frame.sample_rate = SAMPLE_RATE
            container.mux(stream.encode(frame))
            count += piece.size
        container.mux(stream.encode(None))
    return count
