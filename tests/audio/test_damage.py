"""Damaged files are repaired with a warning, or refused by name; later words keep their times."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from streamwer import audio
from streamwer.audio import AudioError
from streamwer.audio.damage import collect_damage
from streamwer.audio.decoding import Samples
from tests.audio.encoding import DAMAGE, Kind, damage, encode, find_lag, make_sound
from tests.audio.test_kinds import KINDS

REPAIRED = [
    Kind("flac", "flac", "flac"),
    Kind("mp3", "mp3", "libmp3lame"),
    Kind("m4a", "ipod", "aac"),
    Kind("oga", "oga", "flac"),
    Kind("opus", "opus", "libopus", 48_000),
    Kind("webm", "webm", "libopus", 48_000),
    Kind("mka", "matroska", "flac"),
]
PLACES = range(10)


def load(contents: bytes, suffix: str = "") -> tuple[Samples, list[str]]:
    """What is heard of a file, and what is said of its damage."""
    with collect_damage() as found:
        samples = audio.load_audio(Path(f"call{suffix}"), contents)
    return samples, found


@pytest.mark.parametrize("how", DAMAGE)
@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.name) for kind in REPAIRED])
def test_damage_at_ten_places_costs_its_own_sound_only(kind: Kind, how: str) -> None:
    """The file is as long as it declares, is said to be damaged, and its end is in its time."""
    whole, sound = encode(kind), make_sound()
    clean, _ = load(whole)
    for place in PLACES:
        samples, found = load(damage(whole, how, place))
        if found:
            assert found[0].startswith("call: ")
            assert "missing" in found[0] or "silence fills the rest" in found[0], place
        else:  # it was padding, or the decoder takes it for sound
            assert len(samples) == len(clean)
        assert audio.samples_to_seconds(len(samples)) == pytest.approx(3.0, abs=0.011), place
        # A cluster of Matroska, or a page of Ogg, is lost as a whole: here that is up to a second.
        if place < 3:
            assert abs(find_lag(samples, sound, 1.9)) <= 16, place


def test_what_is_missing_is_silence_and_its_place_is_told_within_some_frames() -> None:
    whole = encode(Kind("flac", "flac", "flac"))
    clean, _ = load(whole)
    samples, (said,) = load(damage(whole, "zeros", 5))
    begin = round(16_000 * float(said.split(" at ")[1].split()[0]))
    frame = round(0.072 * 16_000)
    assert said.startswith("call: damaged: 0.072 s are missing at ")
    assert not samples[begin : begin + frame].any()
    assert np.array_equal(samples[:begin], clean[:begin])
    # FFmpeg hands on frames beside the damage without their times: which of them it was is a guess.
    assert np.array_equal(samples[begin + 4 * frame :], clean[begin + 4 * frame :])


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.name) for kind in KINDS])
def test_damage_and_truncation_of_any_kind_of_file_is_survived(kind: Kind) -> None:
    """Nothing but a clear refusal comes of any of them, at ten places each."""
    whole = encode(kind)
    length = len(load(whole, f".{kind.suffix}")[0])
    for place in PLACES:
        cut = whole[: len(whole) * (2 * place + 1) // 20]
        for contents in (cut, damage(whole, "noise", place)):
            with suppress(AudioError):
                samples, _ = load(contents, f".{kind.suffix}")
                assert 0 < len(samples) <= 2 * length


TOLD_WHEN_CUT = (
    "wav",
    "flac",
    "mp3",
    "opus",
    "webm",
    "mka",
    "aiff",
    "au",
    "caf",
    "tta",
    "w64",
    "avi",
    "mov",
)


@pytest.mark.parametrize("suffix", TOLD_WHEN_CUT)
def test_a_file_that_is_cut_short_is_told(suffix: str) -> None:
    """MP4 and QuickTime keep what they need at the end: they are refused."""
    kind = next(kind for kind in KINDS if kind.suffix == suffix)
    whole = encode(kind)
    for place in range(2, 10):
        try:
            _, found = load(whole[: len(whole) * (2 * place + 1) // 20])
        except AudioError:
            continue
        assert len(found) == 1, place
        assert "declares 3.0" in found[0] or "last page" in found[0]


OTHERS = [
    Kind("adx", "adx", "adpcm_adx"),
    Kind("asf", "asf", "libmp3lame", 44_100),
    Kind("ast", "ast", "pcm_s16be_planar"),
    Kind("avi", "avi", "ac3", 48_000),
    Kind("avi", "avi", "libmp3lame", 44_100),
    Kind("eac3", "eac3", "eac3", 48_000),
    Kind("flv", "flv", "libmp3lame", 22_050),
    Kind("mmf", "mmf", "adpcm_yamaha", 8_000),
    Kind("mp2", "mp2", "mp2"),
    Kind("ra", "rm", "real_144", 8_000),
    Kind("rm", "rm", "ac3", 48_000),
    Kind("rm", "rm", "aac", 44_100),
    Kind("sox", "sox", "pcm_s32le"),
    Kind("tta", "tta", "tta"),
    Kind("voc", "voc", "pcm_s16le"),
    Kind("wav", "wav", "adpcm_ms"),
    Kind("wav", "wav", "libmp3lame"),
]


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.name) for kind in OTHERS])
def test_no_sound_is_lost_without_a_line(kind: Kind) -> None:
    """By lengths and sizes in headers, places of packets, checksums, and what decoders tell."""
    whole, suffix = encode(kind, make_sound(1.5, kind.rate)), f".{kind.suffix}"
    clean, found = load(whole, suffix)
    assert not found
    for place in (2, 5, 8):
        cut = whole[: len(whole) * (2 * place + 1) // 20]
        for contents in (cut, *(damage(whole, how, place) for how in DAMAGE)):
            with suppress(AudioError):
                samples, found = load(contents, suffix)
                assert found or (contents is not cut and abs(len(samples) - len(clean)) <= 16)


@pytest.mark.parametrize("encoder", ["ac3", "libmp3lame"])
def test_sound_after_a_lost_packet_of_a_numbered_container_keeps_its_time(encoder: str) -> None:
    whole = encode(Kind("avi", "avi", encoder, 48_000))
    late = find_lag(load(whole)[0], make_sound(), 1.9)
    for place in (1, 3):
        samples, _ = load(damage(whole, "zeros", place))
        assert find_lag(samples, make_sound(), 1.9) == pytest.approx(late, abs=16), place


def test_a_sphere_file_that_is_cut_short_is_told() -> None:
    head = b"NIST_1A\n   1024\nsample_count -i 32000\nsample_rate -i 16000\nchannel_count -i 1\n"
    head += b"sample_n_bytes -i 2\nsample_byte_format -s2 01\nsample_coding -s3 pcm\nend_head\n"
    whole = head.ljust(1024) + bytes(64_000)
    assert load(whole, ".sph")[1] == []
    assert "declares 2.000 s" in load(whole[:-20_000], ".sph")[1][0]


def with_length(declared: int, held: int) -> bytes:
    """A WAV file that declares so many samples and holds so many."""
    wave = encode(Kind("wav", "wav", "pcm_s16le"))
    at = wave.index(b"data") + 4
    return wave[:at] + struct.pack("<I", declared) + wave[at + 4 : at + 4 + 2 * held]


@pytest.mark.parametrize("unknown", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000])
def test_a_header_that_could_not_know_the_length_declares_none(unknown: int) -> None:
    samples, found = load(with_length(unknown, 16_000))
    assert len(samples) == 16_000
    assert not found


def test_a_header_that_promises_more_than_there_is_is_told() -> None:
    samples, found = load(with_length(11 * 32_000, 16_000))
    assert found == [
        "call: it ends at 1.000 s, and its header declares 11.000 s; silence fills the rest"
    ]
    assert len(samples) == 11 * 16_000
    assert not samples[16_000:].any()


def test_a_header_that_promises_hours_is_not_believed() -> None:
    samples, found = load(with_length(32_000 * 3_600, 16_000))
    assert found == ["call: it ends at 1.000 s, and its header declares 3600.000 s"]
    assert len(samples) == 16_000


def test_a_header_that_promises_less_than_there_is_is_told_and_all_is_read() -> None:
    samples, found = load(with_length(32_000, 48_000))
    assert found == ["call: its header declares less than it holds; it was read to the end"]
    assert len(samples) == 48_000


def test_chunks_after_the_samples_of_a_wav_file_are_not_sound() -> None:
    note = b"LIST" + struct.pack("<I", 4) + b"INFO"
    samples, found = load(with_length(32_000, 16_000) + note)
    assert len(samples) == 16_000
    assert not found


def test_a_file_that_is_mostly_damaged_is_refused() -> None:
    whole = bytearray(encode(Kind("m4a", "ipod", "aac")))
    at = whole.index(b"mdat") + 200
    whole[at : at + len(whole) * 2 // 3] = bytes(len(whole) * 2 // 3)
    with pytest.raises(AudioError, match="call: not readable as audio"):
        load(bytes(whole))


def test_without_anyone_who_collects_it_damage_is_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    audio.load_audio(Path("call"), with_length(11 * 32_000, 16_000))
    assert caplog.messages == [
        "call: it ends at 1.000 s, and its header declares 11.000 s; silence fills the rest"
    ]
