"""What a codec does to a sound, and that it does not make it later."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.datasets.augmentation import codec
from streamwer.datasets.augmentation.base import RecordingContext
from streamwer.datasets.augmentation.codec import CODECS, SpeechCodec
from tests.datasets.augmentation.sounds import delay, gain_db, speech_like, tone

RATES: dict[str, list[int | None]] = {"opus": [6000, 12_000, 24_000], "amr_nb": [4750, 12_200]}
ALL = [(name, rate) for name in CODECS for rate in RATES.get(name, [None])]


def config(name: str, rate: int | None, **more: float) -> SpeechCodec.Config:
    return SpeechCodec.Config(codec=name, bit_rate=rate, **more)


def transcode(sound: Samples, config: SpeechCodec.Config) -> Samples:
    return SpeechCodec("line", config).apply(sound, RecordingContext("call"))


@pytest.mark.parametrize(("name", "rate"), ALL)
def test_nothing_comes_later_or_earlier(name: str, rate: int | None) -> None:
    """To half a millisecond, by cross-correlation: a codec's delay would falsify latency."""
    sent = speech_like(4)
    heard = transcode(sent, config(name, rate))
    assert heard.shape == sent.shape
    assert heard.dtype == np.float32
    assert abs(delay(sent, heard)) <= 0.0005 * SAMPLE_RATE


@pytest.mark.parametrize(("name", "rate"), ALL)
@pytest.mark.parametrize("n", [1, 159, 321, 16_001])
def test_any_length_comes_out_as_it_went_in(name: str, rate: int | None, n: int) -> None:
    assert transcode(speech_like(2)[:n], config(name, rate)).shape == (n,)


@pytest.mark.parametrize(("name", "rate"), ALL)
def test_the_same_sound_gives_the_same_samples(name: str, rate: int | None) -> None:
    sent = speech_like(1)
    assert np.array_equal(transcode(sent, config(name, rate)), transcode(sent, config(name, rate)))


def test_fewer_bits_are_worse() -> None:
    sent = speech_like(4)

    def likeness(rate: int) -> float:
        return float(np.corrcoef(sent, transcode(sent, config("opus", rate)))[0, 1])

    assert likeness(6000) < likeness(24_000) < likeness(64_000)


def g711_mu(sample: int) -> int:
    """ITU-T G.711, mu-law, as in the Recommendation's table: coded and decoded, 16 bits."""
    sign, magnitude = (-1 if sample < 0 else 1), min(abs(sample), 32635) + 132
    segment = magnitude.bit_length() - 8
    step = (magnitude >> (segment + 3)) & 15
    return sign * ((((step << 3) + 132) << segment) - 132)


def g711_a(sample: int) -> int:
    """The same for A-law, from its 13 segments."""
    sign, magnitude = (-1 if sample < 0 else 1), abs(sample + (sample < 0))
    segment = max(magnitude.bit_length() - 8, 0)
    if segment == 0:
        return sign * (((magnitude >> 4) << 4) + 8)
    step = (magnitude >> (segment + 3)) & 15
    return sign * (((step << 4) + 264) << (segment - 1))


@pytest.mark.parametrize(("name", "formula"), [("mulaw", g711_mu), ("alaw", g711_a)])
def test_g711_is_what_its_formula_says(name: str, formula: Callable[[int], int]) -> None:
    """Save within 1/8192 of full scale of where two of its levels meet: FFmpeg codes 14 bits."""
    pcm = np.arange(-32_000, 32_000, 37)
    heard, rate = codec._transcode((pcm / 32768).astype(np.float32), CODECS[name], None)
    told = np.round(heard[: len(pcm)] * 32768).astype(int)
    expected = np.array([formula(int(sample)) for sample in pcm])
    assert rate == 8000
    assert set(told.tolist()) <= {formula(sample) for sample in range(-32_768, 32_768)}
    assert np.all(np.abs(told - pcm) <= np.abs(expected - pcm) + 8)
    assert np.mean(told == expected) > 0.97


def telephone(hertz: float) -> float:
    sent: Samples = tone(hertz, 2, amplitude=0.3)
    return gain_db(transcode(sent, config("mulaw", None, low_hz=300, high_hz=3400)), sent)


def test_a_telephone_lets_the_telephone_band_through() -> None:
    assert telephone(1000) == pytest.approx(0, abs=0.3)
    assert telephone(100) < -35
    assert telephone(5000) < -35
