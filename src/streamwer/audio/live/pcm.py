"""From bytes on a pipe to samples: raw PCM, or WAV as programs write it that cannot seek back."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.audio.resampler import AudioResampler

from streamwer.audio import checked
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.errors import AudioError

Read = Callable[[int], bytes]
"""Up to so many bytes, as soon as there are any; none at the end."""

RATES = range(1_000, 384_001)
CHANNELS = range(1, 33)
_AT_ONCE_S = 0.01  # of audio, at least, makes a block
_MOST = 1 << 18  # bytes in one read
_UNKNOWN = 0x7FFF_0000  # from this size on a pipe's writer did not know the size
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_DTYPES = {
    (_PCM, 8): "u1",
    (_PCM, 16): "<i2",
    (_PCM, 24): "3u1",
    (_PCM, 32): "<i4",
    (_FLOAT, 32): "<f4",
    (_FLOAT, 64): "<f8",
}
_OTHERS = {
    b"OggS": "Ogg",
    b"fLaC": "FLAC",
    b"ID3": "MP3",
    b"\x1aE\xdf\xa3": "WebM",
    b"FORM": "AIFF",
    b"caff": "CAF",
}


@dataclass(frozen=True)
class Form:
    """How samples are written.

    Attributes:
        rate: samples a second of each channel.
        channels: how many alternate; they are averaged.
        kind: NumPy's name of a sample's type; `3u1` is 24 bits.
    """

    rate: int = SAMPLE_RATE
    channels: int = 1
    kind: str = "<i2"

    @property
    def frame(self) -> int:
        """Bytes for one sample of every channel."""
        return np.dtype(self.kind).itemsize * self.channels


def blocks(read: Read, rate: int | None, channels: int | None, name: str) -> Iterator[Samples]:
    """The audio of a pipe, in blocks of 10 ms or more, float32 at 16 kHz, shape (n,).

    Args:
        read: the pipe.
        rate, channels: of raw PCM, 16 bits with the low byte first; None is 16 kHz and mono. A
            WAV header says it itself.
        name: for errors.

    Raises:
        AudioError: there is nothing, or something else than raw PCM and WAV, or a header that
            contradicts what was said.
    """
    pipe = _Pipe(read)
    head = pipe.peek(12)
    if not head:
        raise AudioError(f"{name}: there was no audio (0 bytes)")
    if head[:4] in (b"RIFF", b"RF64") and head[8:] == b"WAVE":
        form, size = _wav(pipe, name)
        _agree(form, rate, channels, name)
    else:
        _refuse_others(head, name)
        form, size = Form(rate or SAMPLE_RATE, channels or 1), None
    yield from _resampled(_raw(pipe, form, size), form.rate, name)


class _Pipe:
    """Bytes that can be looked at before they are taken."""

    def __init__(self, read: Read) -> None:
        self._read, self._kept = read, b""

    def peek(self, count: int) -> bytes:
        while len(self._kept) < count and (more := self._read(_MOST)):
            self._kept += more
        return self._kept[:count]

    def take(self, least: int, most: int, unit: int = 1) -> bytes:
        """At least and at most so many bytes, in whole units; fewer at the end."""
        self.peek(least)
        count = min(most, len(self._kept)) // unit * unit
        taken, self._kept = self._kept[:count], self._kept[count:]
        return taken


def _wav(pipe: _Pipe, name: str) -> tuple[Form, int | None]:
    """The form of a WAV, and how many bytes of samples follow; None is until the end."""
    pipe.take(12, 12)
    form = None
    while len(head := pipe.take(8, 8)) == 8:
        kind, size = struct.unpack("<4sI", head)
        if kind == b"data":
            if form is None:
                raise AudioError(f"{name}: the WAV has samples before it says their format")
            return form, size if 0 < size < _UNKNOWN else None
        if size > _MOST:
            raise AudioError(f"{name}: a broken WAV header ({size} bytes of {kind!r})")
        body = pipe.take(size + size % 2, size + size % 2)
        if kind == b"fmt ":
            form = _form(body, name)
    raise AudioError(f"{name}: the WAV ends before its samples")


def _form(body: bytes, name: str) -> Form:
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
    return Form(rate, channels, _DTYPES[tag, bits])


def _agree(form: Form, rate: int | None, channels: int | None, name: str) -> None:
    for flag, said, has in (
        ("--rate", rate, form.rate),
        ("--channels", channels, form.channels),
    ):
        if said not in (None, has):
            raise AudioError(f"{name}: {flag} {said}, but its WAV header says {has}")


def _refuse_others(head: bytes, name: str) -> None:
    other = next((what for magic, what in _OTHERS.items() if head.startswith(magic)), None)
    other = "MP4" if head[4:8] == b"ftyp" else other
    if other:
        raise AudioError(
            f"{name}: this is {other}, not raw PCM or WAV; put"
            " `ffmpeg -i - -f wav -` before it in the pipe"
        )


def _raw(pipe: _Pipe, form: Form, size: int | None) -> Iterator[Samples]:
    """Mono samples at their own rate; what follows a WAV's samples is read and left out."""
    least = max(1, int(form.rate * _AT_ONCE_S)) * form.frame
    most = _MOST // form.frame * form.frame
    while size is None or size > 0:
        left = most if size is None else size
        whole = pipe.take(min(least, left), min(most, left), form.frame)
        if not whole:
            break
        size = None if size is None else size - len(whole)
        yield _mono(whole, form)
    while pipe.take(1, _MOST):
        pass


def _mono(data: bytes, form: Form) -> Samples:
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


def _resampled(parts: Iterator[Samples], rate: int, name: str) -> Iterator[Samples]:
    resampler = None if rate == SAMPLE_RATE else AudioResampler("fltp", "mono", SAMPLE_RATE)
    for part in parts:
        if resampler is None:
            yield checked(part, name)
        else:
            yield from _out(resampler, _frame(checked(part, name), rate))
    if resampler is not None:
        yield from _out(resampler, None)


def _frame(part: Samples, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(part[np.newaxis], format="fltp", layout="mono")
    frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
    return frame


def _out(resampler: AudioResampler, frame: av.AudioFrame | None) -> Iterator[Samples]:
    for made in resampler.resample(frame):
        if made.samples:
            yield made.to_ndarray()[0]
