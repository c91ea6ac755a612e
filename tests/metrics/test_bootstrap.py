"""The block bootstrap of word error rates: against a brute force; its coverage is tested apart."""

from __future__ import annotations

import math

import numpy as np
import pytest

from streamwer.metrics.bootstrap import (
    FEW_BLOCKS,
    STUDENTISED_BELOW,
    caution,
    differences,
    rate,
    ratio_difference,
    standard_errors,
    widening,
)
from streamwer.metrics.resampling import Floats, Settings

ERRORS = np.array([3.0, 1.0, 8.0, 2.0, 0.0, 5.0])
WORDS = np.array([40.0, 30.0, 60.0, 35.0, 20.0, 45.0])


def many(seed: int = 3) -> tuple[Floats, Floats]:
    """Errors and words of as many speakers as need no scaling."""
    rng = np.random.default_rng(seed)
    words = rng.integers(30, 80, STUDENTISED_BELOW).astype(float)
    return rng.binomial(words.astype(int), 0.1).astype(float), words


def test_the_estimate_is_the_ratio_of_sums() -> None:
    found = rate(ERRORS, WORDS, Settings(100, 1, 0.95))
    assert found.value == pytest.approx(19 / 230)
    assert found.low <= found.value <= found.high


def test_the_interval_is_what_resampling_blocks_one_by_one_gives() -> None:
    errors, words = many()
    found = rate(errors, words, Settings(20_000, 1, 0.9))
    drawn = np.random.default_rng(99).integers(0, len(words), (20_000, len(words)))
    low, high = np.quantile(errors[drawn].sum(1) / words[drawn].sum(1), [0.05, 0.95])
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))


def test_few_blocks_get_about_the_interval_of_student() -> None:
    """With 2.5706, the quantile of t for 6 blocks, from a table."""
    rng = np.random.default_rng(5)
    excess, words = rng.normal(10, 3, (200, 6)), np.full(6, 100.0)
    found = differences(excess, np.zeros(6), words, Settings(4000, 1, 0.95))
    width = np.mean([each.high - each.low for each in found])
    assert width == pytest.approx(2 * 2.5706 * standard_errors(excess, words).mean(), rel=0.05)


def test_scaling_ends_where_blocks_are_many() -> None:
    assert widening(STUDENTISED_BELOW, 0.95) == 1
    assert all(widening(n, 0.95) > widening(n + 1, 0.95) for n in range(2, STUDENTISED_BELOW))
    assert widening(5, 0.95) == pytest.approx(2.7764 / 1.9600 * math.sqrt(5 / 4), rel=1e-4)


def test_scaling_leads_to_no_negative_error_rate() -> None:
    errors = np.array([0.0, 0.0, 0.0, 6.0])
    found = rate(errors, np.full(4, 50.0), Settings(1000, 1, 0.95))
    assert found.low == 0
    assert found.high > 0.06


def test_a_system_does_not_differ_from_itself() -> None:
    (found,) = differences(ERRORS[np.newaxis], ERRORS, WORDS, Settings(500, 1, 0.95))
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_pairing_sees_a_small_constant_difference_through_large_variation() -> None:
    rng = np.random.default_rng(4)
    words = np.full(50, 100.0)
    hard = rng.integers(0, 40, 50).astype(float)
    (found,) = differences(hard[np.newaxis] + 1, hard, words, Settings(2000, 1, 0.95))
    assert found.low == pytest.approx(0.01)
    assert rate(hard, words, Settings(2000, 1, 0.95)).high > found.high + 0.1


def test_a_system_has_the_same_interval_in_any_company() -> None:
    errors, words = many()
    other = np.stack([errors + 1, errors, errors * 2])
    alone = differences(other[:1], errors, words, Settings(300, 1, 0.95))
    assert differences(other, errors, words, Settings(300, 1, 0.95))[0] == alone[0]


def test_one_speaker_tells_nothing_about_how_speakers_differ() -> None:
    found = rate(np.array([3.0]), np.array([100.0]), Settings(100, 1, 0.95))
    assert found.value == pytest.approx(0.03)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_speakers_without_words_can_be_all_that_a_resample_draws() -> None:
    errors, words = np.array([1.0, 0.0, 0.0]), np.array([10.0, 0.0, 0.0])
    found = rate(errors, words, Settings(500, 1, 0.95))
    assert (found.value, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))


def test_few_blocks_earn_a_warning() -> None:
    assert caution(FEW_BLOCKS) == ""
    assert caution(1, "speaker").startswith("only 1 speaker: with fewer than 10")
    assert caution(9).startswith("only 9 blocks")


def test_with_equal_denominators_a_difference_of_ratios_is_that_of_rates() -> None:
    errors, words = many()
    settings = Settings(500, 1, 0.95)
    (expected,) = differences(errors[np.newaxis], errors[::-1], words, settings)
    found = ratio_difference(errors, words, errors[::-1], words, settings)
    for end in ("value", "low", "high"):
        assert getattr(found, end) == pytest.approx(getattr(expected, end))


def test_a_difference_of_ratios_is_what_resampling_blocks_one_by_one_gives() -> None:
    (above, below), (base_above, base_below) = many(3), many(4)
    found = ratio_difference(above, below, base_above, base_below, Settings(20_000, 1, 0.9))
    drawn = np.random.default_rng(99).integers(0, len(below), (20_000, len(below)))
    sums = [part[drawn].sum(1) for part in (above, below, base_above, base_below)]
    low, high = np.quantile(sums[0] / sums[1] - sums[2] / sums[3], [0.05, 0.95])
    assert (found.low, found.high) == (pytest.approx(low, abs=2e-3), pytest.approx(high, abs=2e-3))


def test_a_difference_of_ratios_needs_something_to_divide_by_and_two_blocks() -> None:
    one, none, settings = np.array([1.0, 2.0]), np.zeros(2), Settings(100, 1, 0.95)
    assert math.isnan(ratio_difference(one, one, one, none, settings).value)
    single = ratio_difference(one[:1], one[:1], one[1:], one[:1], settings)
    assert single.value == -1
    assert math.isnan(single.low)
