"""Chains: the effects in their order, the words' times with them."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.condition import (
    BandConfig,
    Chain,
    ClippingConfig,
    GainConfig,
    NetworkConfig,
    NoiseConfig,
    SpeedConfig,
    Step,
    StepConfig,
)
from streamwer.datasets.augmentation.effects import alter
from streamwer.types import Word
from tests.datasets.augmentation.sounds import decibels, power, speech_like, tone

WORDS = (Word("one", 0.25, 0.5), Word("two", 1.0, 1.8))


def chain(*configs: StepConfig) -> Chain:
    return Chain(tuple(Step(f"step_{at}", config) for at, config in enumerate(configs)))


@pytest.mark.parametrize("factor", [0.5, 0.87, 1.0, 1.15, 2.0])
def test_speed_scales_length_pitch_and_word_times(factor: float) -> None:
    played, words = alter(tone(1000, 2), WORDS, chain(SpeedConfig(factor=factor)), "call", ())
    assert len(played) == pytest.approx(2 * SAMPLE_RATE / factor, abs=0.5)
    spectrum = np.abs(np.fft.rfft(played))
    assert np.argmax(spectrum) * SAMPLE_RATE / len(played) == pytest.approx(1000 * factor, abs=1)
    for word, before in zip(words, WORDS, strict=True):
        assert word.text == before.text
        assert word.start == pytest.approx(before.start / factor, abs=1e-6)
        assert word.end == pytest.approx(before.end / factor, abs=1e-6)


def test_a_sound_is_where_its_word_time_says() -> None:
    """A click in the middle of a second, played faster, is found where its time was moved to."""
    sound = np.zeros(2 * SAMPLE_RATE, np.float32)
    sound[SAMPLE_RATE] = 0.9
    played, words = alter(sound, (Word("click", 1, 1),), chain(SpeedConfig(factor=1.25)), "c", ())
    assert np.argmax(np.abs(played)) / SAMPLE_RATE == pytest.approx(words[0].start, abs=0.0002)


def test_gain_is_in_decibels_and_ends_at_full_scale() -> None:
    sound = tone(1000, amplitude=0.5)
    quiet, _ = alter(sound, (), chain(GainConfig(gain_db=-30)), "call", ())
    assert decibels(power(quiet) / power(sound)) == pytest.approx(-30, abs=0.01)
    loud, _ = alter(sound, (), chain(GainConfig(gain_db=12)), "call", ())
    assert np.abs(loud).max() == 1


def test_clipping_cuts_what_exceeds_its_level() -> None:
    sound = tone(1000, amplitude=0.8)
    cut, _ = alter(sound, (), chain(ClippingConfig(over_db=6)), "call", ())
    level = 0.8 / 10 ** (6 / 20)
    assert np.abs(cut).max() == pytest.approx(level, rel=1e-3)
    below = np.abs(sound) < level - 1e-6
    assert np.array_equal(cut[below], sound[below])


def test_what_would_exceed_full_scale_becomes_quieter_and_keeps_its_shape() -> None:
    sound = tone(1000, amplitude=0.99)
    noisy, _ = alter(sound, (), chain(NoiseConfig(snr_db=0)), "call", ())
    assert np.abs(noisy).max() == pytest.approx(1)
    level = float(np.dot(noisy, sound) / np.dot(sound, sound))
    assert decibels(power(level * sound) / power(noisy - level * sound)) == pytest.approx(
        0, abs=0.2
    )


def test_steps_are_applied_in_their_order() -> None:
    hiss, line = NoiseConfig(snr_db=0), BandConfig()
    before, _ = alter(speech_like(), (), chain(hiss, line), "call", ())
    after, _ = alter(speech_like(), (), chain(line, hiss), "call", ())
    high = np.fft.rfftfreq(len(before), 1 / SAMPLE_RATE) > 4000
    assert np.abs(np.fft.rfft(before))[high].max() < 0.01 * np.abs(np.fft.rfft(after))[high].max()


def test_a_network_and_an_empty_chain_leave_the_recording_alone() -> None:
    sound = speech_like()
    for nothing in (Chain(), chain(NetworkConfig(loss=0.5))):
        heard, words = alter(sound, WORDS, nothing, "call", ())
        assert heard is sound
        assert words == WORDS


def test_a_chain_is_called_after_its_steps() -> None:
    assert Chain().name == "none"
    assert chain(BandConfig(), GainConfig()).name == "step_0+step_1"
    assert asdict(NetworkConfig())["effect"] == "network"
