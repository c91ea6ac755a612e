"""Noise is as loud as it says, of the colour it says, and each recording's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from streamwer.audio import load_audio, write_flac
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.datasets.augmentation.base import RecordingContext, VoiceFiles
from streamwer.datasets.augmentation.dsp import measure_speech_power
from streamwer.datasets.augmentation.noise import Noise
from streamwer.errors import AudioError, DatasetError
from tests.audio.encoding import Kind, encode
from tests.datasets.augmentation.sounds import decibels, power, speech_like, tone

TONE = tone(1000, 4)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> VoiceFiles:
    folder = tmp_path_factory.mktemp("others")
    for number in range(5):
        write_flac(folder / f"{number}.flac", speech_like(1 + number / 4, seed=number))
    return [(path.stem, path) for path in sorted(folder.iterdir())]


def noise(config: Noise.Config, others: VoiceFiles, recording: str = "call") -> Samples:
    return Noise("crowd", config).apply(TONE, RecordingContext(recording, others)) - TONE


@pytest.mark.parametrize("kind", ["white", "pink", "babble", "files"])
@pytest.mark.parametrize("snr_db", [-5.0, 0.0, 10.0, 30.0])
def test_the_noise_lies_as_far_below_the_speech_as_it_says(
    kind: str, snr_db: float, others: VoiceFiles
) -> None:
    path = str(others[3][1].parent) if kind == "files" else ""
    added = noise(Noise.Config(kind=kind, snr_db=snr_db, path=path), others)
    assert decibels(power(TONE) / power(added)) == pytest.approx(snr_db, abs=0.1)


def test_pauses_do_not_count_as_quiet_speech() -> None:
    assert measure_speech_power(np.concatenate([TONE, 0 * TONE])) == pytest.approx(
        power(TONE), rel=0.01
    )
    assert measure_speech_power(0 * TONE) == 0


def octaves(sound: Samples) -> list[float]:
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    edges = [62.5 * 2**n for n in range(8)]
    return [
        decibels(spectrum[(hertz >= low) & (hertz < 2 * low)].sum()) for low in edges if low < 8000
    ]


def test_pink_noise_is_as_strong_in_every_octave(others: VoiceFiles) -> None:
    levels = octaves(noise(Noise.Config(kind="pink"), others))
    assert max(levels[1:]) - min(levels[1:]) < 1.5


def test_white_noise_is_3_db_stronger_in_each_higher_octave(others: VoiceFiles) -> None:
    levels = octaves(noise(Noise.Config(kind="white"), others))
    assert np.diff(levels[1:]) == pytest.approx(np.full(5, 3.0), abs=1.0)


@pytest.mark.parametrize("kind", ["white", "pink", "babble"])
def test_a_recording_has_noise_of_its_own_the_same_on_every_run(
    kind: str, others: VoiceFiles
) -> None:
    config = Noise.Config(kind=kind)
    first = noise(config, others)
    assert np.array_equal(first, noise(config, others))
    assert not np.array_equal(first, noise(config, others, "another call"))
    assert not np.array_equal(first, noise(Noise.Config(kind=kind, seed=2), others))


def test_babble_is_the_sum_of_the_others_at_equal_level(tmp_path: Path) -> None:
    quiet, loud = 0.01 * tone(500, 4), tone(2000, 4)
    for name, sound in {"quiet": quiet, "loud": loud}.items():
        write_flac(tmp_path / f"{name}.flac", sound)
    config = Noise.Config(kind="babble", voices=2, snr_db=0)
    paths = sorted((path.stem, path) for path in tmp_path.iterdir())
    spectrum = np.abs(np.fft.rfft(noise(config, paths)))
    assert spectrum[4 * 500] == pytest.approx(spectrum[4 * 2000], rel=0.05)


@pytest.mark.parametrize("own", [0, 2, 4])
def test_nobody_babbles_behind_himself(own: int, others: VoiceFiles) -> None:
    """The same voices, drawn in the same way, whether the recording is told as one or not."""
    config, recording = Noise.Config(kind="babble", voices=3), others[own][0]
    without = [each for each in others if each[0] != recording]
    expected = noise(config, without, recording)
    assert np.array_equal(noise(config, others, recording), expected)
    with pytest.raises(DatasetError, match=r"babble of 5 voices .* not 4;"):
        noise(Noise.Config(kind="babble", voices=5), others, recording)


def test_babble_needs_other_recordings(others: VoiceFiles) -> None:
    with pytest.raises(DatasetError, match=r"not 5; set condition\.crowd\.voices"):
        noise(Noise.Config(kind="babble", voices=9), others)


def test_a_short_noise_file_is_repeated(tmp_path: Path) -> None:
    write_flac(tmp_path / "hum.flac", tone(50, 0.5))
    added = noise(Noise.Config(kind="files", path=str(tmp_path / "hum.flac"), snr_db=0), ())
    hum = load_audio(tmp_path / "hum.flac")
    assert power(added[-SAMPLE_RATE:]) == pytest.approx(power(TONE), rel=0.01)
    assert np.corrcoef(added[: len(hum)], added[len(hum) : 2 * len(hum)])[0, 1] > 0.999


def test_what_cannot_be_noise_is_named(tmp_path: Path, others: VoiceFiles) -> None:
    with pytest.raises(AudioError, match="no audio files there"):
        noise(Noise.Config(kind="files", path=str(tmp_path)), others)
    write_flac(tmp_path / "nothing.flac", 0 * TONE)
    with pytest.raises(AudioError, match="silent, so no noise"):
        noise(Noise.Config(kind="files", path=str(tmp_path)), others)
    with pytest.raises(DatasetError, match="it is silent"):
        Noise("hiss", Noise.Config()).apply(0 * TONE, RecordingContext("call", others))


def test_a_file_of_noise_that_ends_its_decoder_is_named(tmp_path: Path) -> None:
    whole = encode(Kind("adx", "adx", "adpcm_adx"))
    (tmp_path / "noise.wav").write_bytes(whole[:20] + whole[27:])  # FFmpeg divides by zero
    with pytest.raises(AudioError, match=r"noise\.wav: "):
        noise(Noise.Config(kind="files", path=str(tmp_path)), [])
