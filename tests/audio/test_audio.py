"""Audio in and out: what is kept exactly, and what is refused with which words."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer import audio
from streamwer.errors import AudioError

TONE = (0.25 * np.sin(np.arange(16_000) * 2 * np.pi * 440 / 16_000)).astype(np.float32)


def write_wav(path: Path, samples: np.ndarray, rate: int) -> None:
    """Write float samples, shape (n, channels), as 16-bit PCM."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(samples.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((samples * 32767).astype("<i2").tobytes())


def write_float_wav(path: Path, samples: np.ndarray) -> None:
    """A 32-bit float WAV, which can hold NaN: 44 bytes of header and the samples."""
    data = samples.astype("<f4").tobytes()
    form = b"fmt " + np.array([16, 0], "<u4").tobytes()[:4]
    form += np.array([3, 1], "<u2").tobytes() + np.array([16_000, 64_000], "<u4").tobytes()
    form += np.array([4, 32], "<u2").tobytes()
    body = b"WAVE" + form + b"data" + np.array([len(data)], "<u4").tobytes() + data
    path.write_bytes(b"RIFF" + np.array([len(body)], "<u4").tobytes() + body)


def test_flac_keeps_sixteen_bits_exactly_and_gives_the_same_bytes(tmp_path: Path) -> None:
    samples = (np.random.default_rng(0).integers(-32768, 32768, 5_000) / 32768).astype(np.float32)
    for name in ("a.flac", "b.flac"):
        audio.write_flac(tmp_path / name, samples)
    np.testing.assert_array_equal(audio.load_audio(tmp_path / "a.flac"), samples)
    assert (tmp_path / "a.flac").read_bytes() == (tmp_path / "b.flac").read_bytes()


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_any_rate_becomes_16_khz_of_the_same_length(tmp_path: Path, rate: int) -> None:
    seconds = np.arange(rate) / rate
    write_wav(tmp_path / "x.wav", 0.25 * np.sin(seconds * 2 * np.pi * 440)[:, None], rate)
    loaded = audio.load_audio(tmp_path / "x.wav")
    assert len(loaded) == pytest.approx(16_000, abs=20)
    middle = slice(2_000, 14_000)
    assert np.corrcoef(loaded[middle], TONE[middle])[0, 1] > 0.99


def test_stereo_is_the_mean_of_its_channels(tmp_path: Path) -> None:
    write_wav(tmp_path / "x.wav", np.stack([TONE, -TONE / 2], axis=1), 16_000)
    np.testing.assert_allclose(audio.load_audio(tmp_path / "x.wav"), TONE / 4, atol=1e-3)


def test_nan_samples_are_refused_with_their_place(tmp_path: Path) -> None:
    broken = TONE.copy()
    broken[8_000:8_003] = np.nan
    write_float_wav(tmp_path / "x.wav", broken)
    with pytest.raises(AudioError, match=r"x\.wav: 3 samples are NaN.*first at 0\.500 s"):
        audio.load_audio(tmp_path / "x.wav")


@pytest.mark.parametrize(
    ("name", "contents", "message"),
    [
        ("zero.wav", b"", r"zero\.wav: the file is empty"),
        ("text.wav", b"hello, this is no sound", r"text\.wav: "),
        ("text.flac", b"hello, this is no sound", r"text\.flac: "),
        ("cut.wav", b"RIFF\x00\x00", r"cut\.wav: "),
    ],
)
def test_what_is_no_audio_is_refused_by_name(
    tmp_path: Path, name: str, contents: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(contents)
    with pytest.raises(AudioError, match=message):
        audio.load_audio(tmp_path / name)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"gone\.wav: no such audio file"):
        audio.load_audio(tmp_path / "gone.wav")


@pytest.mark.parametrize("contents", [None, b"", b"not audio", b"whole"])
def test_contents_sent_from_elsewhere_are_the_file(tmp_path: Path, contents: bytes | None) -> None:
    """Samples and errors are those of the file itself, whatever is wrong with it."""
    path = tmp_path / "call.flac"
    if contents == b"whole":
        audio.write_flac(path, TONE)
    elif contents is not None:
        path.write_bytes(contents)
    assert heard(lambda: audio.load_audio(path, audio.read_contents(path))) == heard(
        lambda: audio.load_audio(path)
    )


def heard(load: Callable[[], audio.Samples]) -> bytes | str:
    try:
        return load().tobytes()
    except AudioError as error:
        return str(error)


@given(st.integers(0, 10**9))
def test_positions_survive_a_trip_through_seconds(count: int) -> None:
    assert audio.seconds_to_samples(audio.samples_to_seconds(count)) == count


@given(st.lists(st.integers(0, 9000), max_size=6))
def test_what_is_written_in_pieces_is_what_is_written_at_once(sizes: list[int]) -> None:
    rng = np.random.default_rng(1)
    pieces = [rng.uniform(-1, 1, size).astype(np.float32) for size in sizes]
    whole = np.concatenate([np.zeros(1, np.float32), *pieces])
    with TemporaryDirectory() as folder:
        one, other = Path(folder) / "one.flac", Path(folder) / "other.flac"
        audio.write_flac(one, whole)
        count = audio.write_flac_chunks(other, iter([whole[:1], *pieces]))
        assert count == whole.size
        assert one.read_bytes() == other.read_bytes()
        assert np.array_equal(
            np.concatenate(list(audio.decode_chunks(other))), audio.load_audio(one)
        )


def test_nan_in_a_later_piece_is_refused_with_its_place(tmp_path: Path) -> None:
    broken = np.zeros(200_000, np.float32)
    broken[160_000] = np.nan
    write_float_wav(tmp_path / "x.wav", broken)
    with pytest.raises(AudioError, match=r"x\.wav: samples are NaN.*first at 10\.000 s"):
        list(audio.decode_chunks(tmp_path / "x.wav"))


def test_audio_that_was_damaged_since_it_was_written_is_refused(tmp_path: Path) -> None:
    """Each bit of one byte in the middle, as a disk flips it; a decoder takes most of them."""
    path = tmp_path / "x.flac"
    audio.write_flac(path, np.random.default_rng(1).uniform(-1, 1, 20_000).astype(np.float32))
    whole = path.read_bytes()
    assert audio.check_flac_md5(path, audio.load_audio(path)).size == 20_000
    for bit in range(8):
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 1 << bit
        with pytest.raises(AudioError, match=r"x\.flac: (damaged|not readable)"):
            audio.check_flac_md5(path, audio.load_audio(path, bytes(flipped)), bytes(flipped))


def test_files_that_tell_no_digest_of_such_samples_are_not_judged(tmp_path: Path) -> None:
    stereo = np.random.default_rng(2).uniform(-0.5, 0.5, (8_000, 2))
    write_wav(tmp_path / "x.wav", stereo, 16_000)
    assert (
        audio.check_flac_md5(tmp_path / "x.wav", audio.load_audio(tmp_path / "x.wav")).size == 8_000
    )
    path = tmp_path / "x.flac"
    audio.write_flac(path, np.zeros(100, np.float32))
    untold = path.read_bytes()[:26] + bytes(16) + path.read_bytes()[42:]
    assert audio.check_flac_md5(path, audio.load_audio(path, untold), untold).size == 100


def test_pieces_of_any_number_are_joined_without_a_copy_left_over() -> None:
    pieces = [np.full(size, size, np.float32) for size in (0, 5, 300_000, 1, 900_000)]
    whole = audio.concatenate_pieces(iter(pieces))
    np.testing.assert_array_equal(whole, np.concatenate(pieces))
    assert whole.base is None
    assert audio.concatenate_pieces([]).shape == (0,)
