"""Decoding of raw PCM or WAV from a pipe, also WAV of programs that cannot seek back."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.audio.resampler import AudioResampler

from streamwer.audio import check_finite
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.errors import AudioError

ReadBytes = Callable[[int], bytes]
"""Reads up to so many bytes as soon as there are any; none at the end."""

RATES = range(1_000, 384_001)
CHANNELS = range(1, 33)
_BLOCK_S = 0.01  # the shortest block
_MAX_READ = 1 << 18  # bytes
_UNKNOWN = 0x7FFF_0000  # sizes from here on stand for an unknown size
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_DTYPES = {
    (_PCM, 8): "u1",
    (_PCM, 16): "<i2",
    (_PCM, 24): "3u1",
    (_PCM, 32): "<i4",
    (_FLOAT, 32): "<f4",
    (_FLOAT, 64): "<f8",
}
_OTHER_FORMATS = {
    b"OggS": "Ogg",
    b"fLaC": "FLAC",
    b"ID3": "MP3",
    b"\x1aE\xdf\xa3": "WebM",
    b"FORM": "AIFF",
    b"caff": "CAF",
}


@dataclass(frozen=True)
class PcmFormat:
    """The format of samples.

    Attributes:
        rate: samples per second of each channel.
        channels: number of interleaved channels, which are averaged.
        kind: NumPy's name of a sample's type; `3u1` is 24 bits.
    """

    rate: int = SAMPLE_RATE
    channels: int = 1
    kind: str = "<i2"

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return np.dtype(self.kind).itemsize * self.channels


def decode_pcm(
    read: ReadBytes, rate: int | None, channels: int | None, name: str
) -> Iterator[Samples]:
    """Decode the audio of a pipe.

    Args:
        read: reads from the pipe.
        rate: samples per second of raw PCM (16 bits, little-endian); 16 kHz if None. A WAV header
            declares it.
        channels: of raw PCM; 1 if None.
        name: for errors.

    Yields:
        Blocks of 10 ms or more, float32 at 16 kHz, shape (n,).

    Raises:
        AudioError: there is no audio, it is neither raw PCM nor WAV, or the WAV header contradicts
            `rate` or `channels`.
    """
    pipe = _Pipe(read)
    head = pipe.peek(12)
    if not head:
        raise AudioError(f"{name}: there was no audio (0 bytes)")
    if head[:4] in (b"RIFF", b"RF64") and head[8:] == b"WAVE":
        form, size = _read_wav_header(pipe, name)
        _check_flags(form, rate, channels, name)
    else:
        _refuse_other_formats(head, name)
        form, size = PcmFormat(rate or SAMPLE_RATE, channels or 1), None
    yield from _resample(_read_samples(pipe, form, size), form.rate, name)


class _Pipe:
    """A buffer of bytes that can be peeked at."""

    def __init__(self, read: ReadBytes) -> None:
        self._read, self._buffer = read, b""

    def peek(self, count: int) -> bytes:
        """Return the next bytes without taking them."""
        while len(self._buffer) < count and (more := self._read(_MAX_READ)):
            self._buffer += more
        return self._buffer[:count]

    def take(self, least: int, most: int, unit: int = 1) -> bytes:
        """Take bytes off the buffer; fewer than `least` only at the end.

        Args:
            least: bytes to wait for.
            most: bytes to take at most.
            unit: bytes of which a multiple is taken.
        """
        self.peek(least)
        count = min(most, len(self._buffer)) // unit * unit
        part, self._buffer = self._buffer[:count], self._buffer[count:]
        return part


def _read_wav_header(pipe: _Pipe, name: str) -> tuple[PcmFormat, int | None]:
    """Read the format of a WAV, and the bytes of its samples; None until the end."""
    pipe.take(12, 12)
    form = None
    while len(head := pipe.take(8, 8)) == 8:
        kind, size = struct.unpack("<4sI", head)
        if kind == b"data":
            if form is None:
                raise AudioError(f"{name}: the WAV has samples before it says their format")
            return form, size if 0 < size < _UNKNOWN else None
        if size > _MAX_READ:
            raise AudioError(f"{name}: a broken WAV header ({size} bytes of {kind!r})")
        body = pipe.take(size + size % 2, size + size % 2)
        if kind == b"fmt ":
            form = _parse_wav_format(body, name)
    raise AudioError(f"{name}: the WAV ends before its samples")


def _parse_wav_format(body: bytes, name: str) -> PcmFormat:
    if len(body) < 16:
        raise AudioError(f"{name}: a broken WAV header (its format has {len(body)} bytes)")
    tag, channels, rate, _, _, bits = struct.unpack("<HHIIHH", body[:16])
    if tag == _EXTENSIBLE and len(body) >= 26:
        (tag,) = struct.unpack("<H", body[24:26])
    if (tag, bits) not in _DTYPES or rate not in RATES or channels not in CHANNELS:
        raise AudioError(
            f"{name}: a WAV of format {tag}, {bits} bits, {rate} Hz and {channels} channels is"
            " not understood; `ffmpeg -i … -c:a pcm_s16le -f wav -` writes one that is"
        )
    return PcmFormat(rate, channels, _DTYPES[tag, bits])


def _check_flags(form: PcmFormat, rate: int | None, channels: int | None, name: str) -> None:
    flags = (("--rate", rate, form.rate), ("--channels", channels, form.channels))
    for flag, value, declared in flags:
        if value not in (None, declared):
            raise AudioError(f"{name}: {flag} {value}, but its WAV header says {declared}")


def _refuse_other_formats(head: bytes, name: str) -> None:
    other = next((kind for magic, kind in _OTHER_FORMATS.items() if head.startswith(magic)), None)
    other = "MP4" if head[4:8] == b"ftyp" else other
    if other:
        raise AudioError(
            f"{name}: this is {other}, not raw PCM or WAV; put"
            " `ffmpeg -i - -f wav -` before it in the pipe"
        )


def _read_samples(pipe: _Pipe, form: PcmFormat, size: int | None) -> Iterator[Samples]:
    """Read mono samples at their own rate; skip what follows the samples of a WAV."""
    least = max(1, int(form.rate * _BLOCK_S)) * form.frame_bytes
    most = _MAX_READ // form.frame_bytes * form.frame_bytes
    while size is None or size > 0:
        rest = most if size is None else size
        whole = pipe.take(min(least, rest), min(most, rest), form.frame_bytes)
        if not whole:
            break
        size = None if size is None else size - len(whole)
        yield _mix_to_mono(whole, form)
    while pipe.take(1, _MAX_READ):
        pass


def _mix_to_mono(data: bytes, form: PcmFormat) -> Samples:
    values = np.frombuffer(data, "u1" if form.kind == "3u1" else form.kind)
    if form.kind == "3u1":  # the 24 bits become the upper ones of 32
        wide = np.zeros((len(values) // 3, 4), np.uint8)
        wide[:, 1:] = values.reshape(-1, 3)
        values = wide.view("<i4")[:, 0]
    if form.kind == "u1":
        scaled = values.astype(np.float32) / 128 - 1
    elif values.dtype.kind == "i":
        scaled = values.astype(np.float64) / 2.0 ** (8 * values.dtype.itemsize - 1)
    else:
        scaled = values.astype(np.float64)
    mono: Samples = scaled.reshape(-1, form.channels).mean(axis=1).astype(np.float32)
    return mono


def _resample(parts: Iterator[Samples], rate: int, name: str) -> Iterator[Samples]:
    resampler = None if rate == SAMPLE_RATE else AudioResampler("fltp", "mono", SAMPLE_RATE)
    for part in parts:
        check_finite(part, name)
        if resampler is None:
            yield part
            continue
        frame = av.AudioFrame.from_ndarray(part[np.newaxis], format="fltp", layout="mono")
        frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
        yield from _convert_frame(resampler, frame)
    if resampler is not None:
        yield from _convert_frame(resampler, None)


def _convert_frame(resampler: AudioResampler, frame: av.AudioFrame | None) -> Iterator[Samples]:
    for converted in resampler.resample(frame):
        if converted.samples:
            yield converted.to_ndarray()[0]
