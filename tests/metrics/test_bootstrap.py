"""The block bootstrap of word error rates: against a brute force, and its coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest

from streamwer.metrics.bootstrap import Settings, difference, rate

ERRORS = np.array([3.0, 1.0, 8.0, 2.0, 0.0, 5.0])
WORDS = np.array([40.0, 30.0, 60.0, 35.0, 20.0, 45.0])


def test_the_estimate_is_the_ratio_of_sums() -> None:
    found = rate(ERRORS, WORDS, Settings(100, 1, 0.95))
    assert found.value == pytest.approx(19 / 230)
    assert found.low <= found.value <= found.high


def test_the_interval_is_what_resampling_blocks_one_by_one_gives() -> None:
    found = rate(ERRORS, WORDS, Settings(20_000, 1, 0.9))
    rng = np.random.default_rng(99)
    drawn = rng.integers(0, 6, (20_000, 6))
    low, high = np.quantile(ERRORS[drawn].sum(1) / WORDS[drawn].sum(1), [0.05, 0.95])
    assert (found.low, found.high) == (pytest.approx(low, abs=2e-3), pytest.approx(high, abs=2e-3))


def test_a_system_does_not_differ_from_itself() -> None:
    found = difference(ERRORS, ERRORS, WORDS, Settings(500, 1, 0.95))
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_pairing_sees_a_small_constant_difference_through_large_variation() -> None:
    rng = np.random.default_rng(4)
    words = np.full(50, 100.0)
    hard = rng.integers(0, 40, 50).astype(float)
    found = difference(hard + 1, hard, words, Settings(2000, 1, 0.95))
    assert found.low == pytest.approx(0.01)
    assert rate(hard, words, Settings(2000, 1, 0.95)).high > found.high + 0.1


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    covered = 0
    for trial in range(300):
        words = rng.integers(30, 80, 50).astype(float)
        share = rng.beta(2, 18, 50)  # mean 0.1, and speakers differ
        errors = rng.binomial(words.astype(int), share).astype(float)
        found = rate(errors, words, Settings(400, trial, 0.95))
        covered += found.low <= 0.1 <= found.high
    assert 0.89 <= covered / 300 <= 0.985


def test_one_speaker_tells_nothing_about_how_speakers_differ() -> None:
    found = rate(np.array([3.0]), np.array([100.0]), Settings(100, 1, 0.95))
    assert found.value == pytest.approx(0.03)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
