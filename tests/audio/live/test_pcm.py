"""Bytes on a pipe become the samples that their writer meant."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer import audio
from streamwer.audio.live.pcm import decode_pcm
from streamwer.errors import AudioError

NAME = "standard input"


def pieces(data: bytes, sizes: Sequence[int] = (4096,)) -> Callable[[int], bytes]:
    """A pipe that gives its bytes in such pieces, over and over."""
    stream, turn = io.BytesIO(data), iter(range(10**9))
    return lambda most: stream.read(min(most, sizes[next(turn) % len(sizes)]))


def samples(data: bytes, rate: int | None = None, channels: int | None = None) -> audio.Samples:
    return np.concatenate(
        [*decode_pcm(pieces(data), rate, channels, NAME), np.zeros(0, np.float32)]
    )


def wav(
    values: Sequence[float],
    kind: str = "<i2",
    rate: int = 16_000,
    channels: int = 1,
    *,
    size: int | None = None,
    extensible: bool = False,
    before: bytes = b"",
    after: bytes = b"",
) -> bytes:
    """A WAV as its chunks; values within ±1."""
    kinds: dict[str, tuple[int, int, Callable[[float], bytes]]] = {
        "u1": (1, 8, lambda v: bytes([int(v * 128 + 128)])),
        "<i2": (1, 16, lambda v: struct.pack("<h", int(v * 32768))),
        "3u1": (1, 24, lambda v: struct.pack("<i", int(v * 2**23))[:3]),
        "<i4": (1, 32, lambda v: struct.pack("<i", int(v * 2**31))),
        "<f4": (3, 32, lambda v: struct.pack("<f", v)),
        "<f8": (3, 64, lambda v: struct.pack("<d", v)),
    }
    tag, bits, one = kinds[kind]
    data = b"".join(map(one, values))
    frame = bits // 8 * channels
    form = struct.pack(
        "<HHIIHH", 0xFFFE if extensible else tag, channels, rate, rate * frame, frame, bits
    )
    if extensible:
        form += struct.pack("<HHIH", 22, bits, 0, tag) + bytes(14)
    size = len(data) if size is None else size
    return (
        b"RIFF"
        + struct.pack("<I", 0xFFFFFFFF)
        + b"WAVE"
        + before
        + b"fmt "
        + struct.pack("<I", len(form))
        + form
        + b"data"
        + struct.pack("<I", size)
        + data
        + after
    )


VALUES = [0.0, 0.5, -0.5, 0.25, -1.0, 0.75] * 400


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize("kind", ["u1", "<i2", "3u1", "<i4", "<f4", "<f8"])
def test_every_kind_of_wav(kind: str, extensible: bool) -> None:
    assert samples(wav(VALUES, kind, extensible=extensible)).tolist() == VALUES


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_a_size_that_the_writer_did_not_know_means_until_the_end(size: int) -> None:
    assert samples(wav(VALUES, size=size)).tolist() == VALUES


def test_chunks_around_the_samples_are_no_sound() -> None:
    note = b"LIST" + struct.pack("<I", 5) + b"hello\0"
    assert samples(wav(VALUES, before=note, after=note * 1000)).tolist() == VALUES


@given(st.lists(st.integers(-32768, 32767)), st.lists(st.integers(1, 700), min_size=1))
def test_raw_samples_come_out_however_the_pipe_cuts_them(
    values: list[int], sizes: list[int]
) -> None:
    data = struct.pack(f"<{len(values)}h", *values)
    if data[:3] == b"ID3" or not data:
        return
    found = [*decode_pcm(pieces(data, sizes), None, None, NAME)]
    assert [round(float(x) * 32768) for block in found for x in block] == values
    assert all(len(block) >= 160 for block in found[:-1])


def test_channels_are_averaged_and_half_a_sample_at_the_end_is_left_out() -> None:
    data = struct.pack("<6h", 16384, 0, 0, 0, -32768, -32768) + b"\1\2\3"
    assert samples(data, channels=2).tolist() == [0.25, 0.0, -1.0]


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_another_rate_is_resampled_as_a_file_is(rate: int, tmp_path: Path) -> None:
    tone = np.sin(np.arange(rate) * 440 * math.tau / rate) * 0.4
    pcm = (tone * 32767).astype("<i2").tobytes()
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    whole = audio.load_audio(tmp_path / "tone.wav")
    live = samples(pcm, rate=rate)
    np.testing.assert_allclose(live, whole, atol=1e-4)
    np.testing.assert_array_equal(samples((tmp_path / "tone.wav").read_bytes()), live)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "there was no audio"),
        (b"OggS" + bytes(100), "this is Ogg, not raw PCM or WAV"),
        (b"\0\0\0\x20ftypM4A " + bytes(100), "this is MP4"),
        (wav(VALUES)[:30], "broken WAV header"),
        (wav(VALUES)[:36], "the WAV ends before its samples"),
        (wav(VALUES, rate=0), "0 Hz"),
        (wav(VALUES, channels=0), "0 channels"),
        (wav(VALUES).replace(b"\1\0\1\0", b"\6\0\1\0", 1), "format 6"),
        (wav(VALUES, before=b"LIST\xff\xff\xff\x00"), "broken WAV header"),
        (wav([0.1, math.nan], "<f4"), "NaN"),
    ],
    ids=range(10),
)
def test_what_cannot_be_understood_is_refused(data: bytes, complaint: str) -> None:
    with pytest.raises(AudioError, match=complaint) as refused:
        samples(data)
    assert str(refused.value).startswith(NAME)


def test_a_header_that_contradicts_a_flag_is_refused() -> None:
    with pytest.raises(AudioError, match="--rate 8000, but its WAV header says 16000"):
        samples(wav(VALUES), rate=8_000)
    assert samples(wav(VALUES), rate=16_000, channels=1).tolist() == VALUES


@given(st.binary(max_size=300))
def test_any_bytes_are_samples_or_one_clear_error(data: bytes) -> None:
    for head in (b"", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEfmt "):
        with suppress(AudioError):
            assert np.isfinite(samples(head + data)).all()
