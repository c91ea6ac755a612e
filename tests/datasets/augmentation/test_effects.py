"""Chains: the effects in their order, the words' times with them."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.condition import EffectChain, EffectStep
from streamwer.datasets.augmentation.band import Band
from streamwer.datasets.augmentation.base import EffectConfig, RecordingContext
from streamwer.datasets.augmentation.clipping import Clipping
from streamwer.datasets.augmentation.effects import apply_effects
from streamwer.datasets.augmentation.gain import Gain
from streamwer.datasets.augmentation.network import Network
from streamwer.datasets.augmentation.noise import Noise
from streamwer.datasets.augmentation.speed import Speed
from streamwer.types import Word
from tests.datasets.augmentation.sounds import decibels, power, speech_like, tone

WORDS = (Word("one", 0.25, 0.5), Word("two", 1.0, 1.8))


def chain(*configs: EffectConfig) -> EffectChain:
    return EffectChain(tuple(EffectStep(f"step_{at}", config) for at, config in enumerate(configs)))


@pytest.mark.parametrize("factor", [0.5, 0.87, 1.0, 1.15, 2.0])
def test_speed_scales_length_pitch_and_word_times(factor: float) -> None:
    played, words = apply_effects(
        tone(1000, 2), WORDS, chain(Speed.Config(factor=factor)), RecordingContext("call")
    )
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
    played, words = apply_effects(
        sound, (Word("click", 1, 1),), chain(Speed.Config(factor=1.25)), RecordingContext("c")
    )
    assert np.argmax(np.abs(played)) / SAMPLE_RATE == pytest.approx(words[0].start, abs=0.0002)


def test_gain_is_in_decibels_and_ends_at_full_scale() -> None:
    sound = tone(1000, amplitude=0.5)
    quiet, _ = apply_effects(sound, (), chain(Gain.Config(gain_db=-30)), RecordingContext("call"))
    assert decibels(power(quiet) / power(sound)) == pytest.approx(-30, abs=0.01)
    loud, _ = apply_effects(sound, (), chain(Gain.Config(gain_db=12)), RecordingContext("call"))
    assert np.abs(loud).max() == 1


def test_clipping_cuts_what_exceeds_its_level() -> None:
    sound = tone(1000, amplitude=0.8)
    cut, _ = apply_effects(sound, (), chain(Clipping.Config(over_db=6)), RecordingContext("call"))
    level = 0.8 / 10 ** (6 / 20)
    assert np.abs(cut).max() == pytest.approx(level, rel=1e-3)
    below = np.abs(sound) < level - 1e-6
    assert np.array_equal(cut[below], sound[below])


def test_what_would_exceed_full_scale_becomes_quieter_and_keeps_its_shape() -> None:
    sound = tone(1000, amplitude=0.99)
    noisy, _ = apply_effects(sound, (), chain(Noise.Config(snr_db=0)), RecordingContext("call"))
    assert np.abs(noisy).max() == pytest.approx(1)
    level = float(np.dot(noisy, sound) / np.dot(sound, sound))
    assert decibels(power(level * sound) / power(noisy - level * sound)) == pytest.approx(
        0, abs=0.2
    )


def test_steps_are_applied_in_their_order() -> None:
    hiss, line = Noise.Config(snr_db=0), Band.Config()
    before, _ = apply_effects(speech_like(), (), chain(hiss, line), RecordingContext("call"))
    after, _ = apply_effects(speech_like(), (), chain(line, hiss), RecordingContext("call"))
    high = np.fft.rfftfreq(len(before), 1 / SAMPLE_RATE) > 4000
    assert np.abs(np.fft.rfft(before))[high].max() < 0.01 * np.abs(np.fft.rfft(after))[high].max()


def test_a_network_and_an_empty_chain_leave_the_recording_alone() -> None:
    sound = speech_like()
    for nothing in (EffectChain(), chain(Network.Config(loss=0.5))):
        heard, words = apply_effects(sound, WORDS, nothing, RecordingContext("call"))
        assert heard is sound
        assert words == WORDS


def test_a_chain_is_called_after_its_steps() -> None:
    assert EffectChain().name == "none"
    assert chain(Band.Config(), Gain.Config()).name == "step_0+step_1"
    assert asdict(Network.Config())["effect"] == "network"
