"""Every kind of audio file that FFmpeg's encoders make here becomes the sound that was encoded."""

from __future__ import annotations

import wave
from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
import pytest

from streamwer import audio
from streamwer.audio.suffixes import SUFFIXES
from tests.audio.encoding import Kind, encode, find_lag, make_sound

PCM = [
    *(("wav", "wav", f"pcm_{code}") for code in "u8 s16le s24le s32le s64le f32le f64le".split()),
    *(("wav", "wav", f"pcm_{code}") for code in ("alaw", "mulaw")),
    *(("aiff", "aiff", f"pcm_{code}") for code in "s8 s16be s24be s32be f32be f64be".split()),
    *(("au", "au", f"pcm_{code}") for code in "s8 s16be s24be s32be f32be alaw mulaw".split()),
    *(("caf", "caf", f"pcm_{code}") for code in "s16le s24be s32le f32be alaw mulaw".split()),
    *(("w64", "w64", f"pcm_{code}") for code in "u8 s16le s24le s32le f32le".split()),
    *(("mov", "mov", f"pcm_{code}") for code in "s16be s24le s32be f64be alaw mulaw".split()),
    *(("mka", "matroska", f"pcm_{code}") for code in "u8 s16be s24le s32le f32le".split()),
]
"""PCM of every width, A-law and µ-law in the containers that hold them."""
CODED = [
    ("wav", "wav", "adpcm_ms"),
    ("wav", "wav", "adpcm_ima_wav"),
    ("wav", "wav", "adpcm_yamaha"),
    ("wav", "wav", "libmp3lame"),
    ("mov", "mov", "adpcm_ima_qt"),
    ("wav", "wav", "g726", 8_000),
    ("g722", "g722", "g722"),
    ("flac", "flac", "flac"),
    ("mp3", "mp3", "libmp3lame"),
    ("mp3", "mp3", "libmp3lame", 44_100),
    ("mp2", "mp2", "mp2"),
    ("m4a", "ipod", "aac"),
    ("m4a", "ipod", "alac"),
    ("aac", "adts", "aac"),
    ("aac", "adts", "aac", 44_100),
    ("aac", "latm", "aac", 44_100),
    ("f4v", "f4v", "aac"),  # no edit list, as in fragments: its delay is not declared
    ("m2ts", "mpegts", "aac"),
    ("oga", "oga", "flac"),
    ("opus", "opus", "libopus", 48_000),
    ("webm", "webm", "libopus", 48_000),
    ("mka", "matroska", "flac"),
    ("ac3", "ac3", "ac3", 48_000),
    ("amr", "amr", "libopencore_amrnb", 8_000),
    ("3gp", "3gp", "libopencore_amrnb", 8_000),
    ("wv", "wv", "wavpack"),
    ("tta", "tta", "tta"),
    ("avi", "avi", "pcm_s16le"),
    ("flv", "flv", "libmp3lame", 22_050),
    ("voc", "voc", "pcm_s16le"),
    ("nut", "nut", "pcm_s16le"),
    ("nut", "nut", "flac"),
]
KINDS = [Kind(*kind) for kind in (*PCM, *CODED)]
DELAY_S = {
    "mp2": 0.031,
    "ac3": 0.006,
    "libopencore_amrnb": 0.007,
    "libmp3lame": 0.070,
    "g722": 2e-3,
}
"""What coders put before the sound where a container has no place to say so; that of MP3 has."""
_OFF_S = 0.002


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.name) for kind in KINDS])
def test_what_was_encoded_is_heard_at_its_time_without_a_warning(
    kind: Kind, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / f"sound.{kind.suffix}"
    path.write_bytes(encode(kind))
    samples = audio.load_audio(path)
    late = DELAY_S.get(kind.encoder, 0.0) if kind.suffix != "mp3" else 0.0
    lag = find_lag(samples, make_sound(), 1.0) / audio.SAMPLE_RATE
    assert -_OFF_S <= lag <= late + _OFF_S
    assert 2.99 <= audio.samples_to_seconds(len(samples)) <= 3.1 + late
    assert not caplog.records


def test_sixteen_bits_and_more_are_exact(tmp_path: Path) -> None:
    """Narrower ones are so within a step; A-law and µ-law within theirs."""
    whole = make_sound()
    steps = {"u8": 2**-7, "s8": 2**-7, "alaw": 2**-6, "mulaw": 2**-6}
    for kind in (kind for kind in KINDS if kind.encoder.startswith("pcm_")):
        path = tmp_path / f"sound.{kind.suffix}"
        path.write_bytes(encode(kind))
        step = steps.get(kind.encoder.removeprefix("pcm_"), 2**-15)
        assert np.abs(audio.load_audio(path) - whole).max() <= step, kind.name


def write_channels(path: Path, channels: int, rate: int) -> np.ndarray:
    """A tenth of a second in which each channel has a level of its own; the levels."""
    levels = np.arange(1, channels + 1) / (2 * channels)
    frames = np.repeat(levels[np.newaxis] * 32_768, rate // 10, axis=0).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(frames.tobytes())
    return frames[0] / 32_768


@pytest.mark.parametrize(
    ("rate", "counts"), [(16_000, range(1, 65)), (48_000, (2, 7, 8, 9, 16, 24, 33, 64))]
)
def test_up_to_64_channels_are_mixed_and_told_apart(
    tmp_path: Path, rate: int, counts: Iterable[int]
) -> None:
    for channels in counts:
        path = tmp_path / f"{channels}.wav"
        levels = write_channels(path, channels, rate)
        mixed = audio.load_audio(path)
        assert len(mixed) == 1_600
        assert mixed[800] == pytest.approx(levels.mean(), abs=1e-4)
        last = np.concatenate(list(audio.decode_chunks(path, channels - 1)))
        assert last[800] == pytest.approx(levels[-1], abs=1e-4)


def test_a_channel_that_is_not_there_is_refused_by_its_number(tmp_path: Path) -> None:
    write_channels(tmp_path / "x.wav", 9, 16_000)
    with pytest.raises(audio.AudioError, match="it has 9 channels, and no channel 10"):
        list(audio.decode_chunks(tmp_path / "x.wav", 9))


def test_the_suffix_of_every_kind_is_known() -> None:
    assert {f".{kind.suffix}" for kind in KINDS} <= SUFFIXES
    assert {".spx", ".aifc", ".wma", ".sph", ".awb"} <= SUFFIXES


def test_no_suffix_is_that_of_a_text_or_a_picture() -> None:
    others = ".txt .json .jsonl .csv .tsv .srt .vtt .stm .ctm .png .jpg .heic .md .py .ts"
    assert not SUFFIXES & set(others.split())


def test_every_suffix_is_that_of_a_container_that_ffmpeg_knows() -> None:
    known = {
        f".{suffix}"
        for name in av.formats_available
        for mode in "rw"
        for suffix in list_suffixes(name, mode)
    }
    assert {*SUFFIXES} - {".awb", ".mpga", ".snd"} <= known


def list_suffixes(name: str, mode: str) -> set[str]:
    try:
        return set(av.ContainerFormat(name, mode).extensions)
    except ValueError:
        return set()
