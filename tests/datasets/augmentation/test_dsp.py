"""Bands let through what they say; long convolutions are those of the definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.datasets.augmentation import dsp
from streamwer.datasets.augmentation.dsp import convolve, filter_band
from tests.datasets.augmentation.sounds import delay, gain_db, speech_like, tone


@pytest.mark.parametrize("hertz", [400, 1000, 3000, 3300])
def test_what_lies_in_the_band_is_let_through(hertz: float) -> None:
    assert gain_db(filter_band(tone(hertz), 300, 3400), tone(hertz)) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("hertz", [50, 100, 200, 3500, 5000, 7500])
def test_what_lies_outside_is_not(hertz: float) -> None:
    assert gain_db(filter_band(tone(hertz), 300, 3400), tone(hertz)) < -60


def test_a_filter_makes_nothing_later() -> None:
    sound = speech_like()
    assert delay(sound, filter_band(sound, 300, 3400)) == 0


def test_no_limits_change_nothing() -> None:
    sound = speech_like()
    assert filter_band(sound, 0, 8000) is sound


@given(
    st.integers(1, 400), st.integers(1, 60), st.integers(0, 30), st.integers(0, 2**16), st.data()
)
def test_convolution_in_blocks_is_convolution(
    n: int, taps: int, begin: int, seed: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    signal, kernel = rng.standard_normal(n), rng.standard_normal(taps)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dsp, "_BLOCK", data.draw(st.sampled_from([16, 64, 1024])))
        found = convolve(signal, kernel, begin)
    whole = np.convolve(signal, kernel)
    expected = np.pad(whole, (0, n + begin))[begin : begin + n]
    assert found == pytest.approx(expected, abs=1e-4)
