"""Intervals of error rates: exact where errors are few, and paired where rates are compared."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.stats.ratios import compare_rates, compare_ratios, estimate_rate

ERRORS = np.array([3.0, 1.0, 8.0, 2.0, 0.0, 5.0])
WORDS = np.array([40.0, 30.0, 60.0, 35.0, 20.0, 45.0])
ROWS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=8)


def even(blocks: int, words: float) -> Floats:
    return np.full(blocks, words / blocks)


def test_the_estimate_is_the_ratio_of_sums() -> None:
    found = estimate_rate(ERRORS, WORDS, 0.95)
    assert found.value == pytest.approx(19 / 230)
    assert 0 <= found.low < found.value < found.high


def test_the_spread_is_that_of_the_rates_without_each_speaker() -> None:
    found = estimate_rate(ERRORS, WORDS, 0.95)
    without = [(ERRORS.sum() - e) / (WORDS.sum() - w) for e, w in zip(ERRORS, WORDS, strict=True)]
    error = math.sqrt(5 / 6 * sum((each - found.value) ** 2 for each in without))
    freedom_4_5 = 2.6571  # Kish: 230² / Σ words² = 5.51 speakers; interpolated in a table of t
    assert found.high - found.value >= 0.98 * freedom_4_5 * error


def test_no_error_in_70_words_is_no_proof_of_none() -> None:
    found = estimate_rate(np.zeros(5), even(5, 70), 0.95)
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(0.0513, abs=1e-4)


def test_two_recordings_without_an_error_rule_nothing_out() -> None:
    found = compare_rates(np.zeros(2), np.zeros(2), np.full(2, 3.0), 0.95)
    assert found.low == -found.high
    assert found.high > 0.4


def test_it_takes_hundreds_of_words_without_an_error_to_rule_out_half_a_point() -> None:
    reach = {n: compare_rates(np.zeros(6), np.zeros(6), even(6, n), 0.95).high for n in (600, 740)}
    assert reach[740] < 0.005 < reach[600]


def test_the_same_excess_in_every_recording_is_no_certainty() -> None:
    found = compare_rates(np.ones(5), np.zeros(5), np.full(5, 100.0), 0.95)
    assert found.value == pytest.approx(0.01)
    assert found.low < 0.005
    assert found.high > 0.02


def test_pairing_sees_a_small_difference_through_large_variation() -> None:
    rng = np.random.default_rng(4)
    words, hard = np.full(50, 100.0), rng.integers(0, 40, 50).astype(float)
    found = compare_rates(hard + 1, hard, words, 0.95)
    assert found.low == pytest.approx(0.0074, abs=1e-3)
    assert estimate_rate(hard, words, 0.95).high > found.high + 0.1


@given(ROWS)
def test_an_interval_holds_its_estimate_and_turns_with_the_sides(
    rows: list[tuple[int, int]],
) -> None:
    mine, other = np.array(rows, float).T
    words = np.full(len(rows), 30.0)
    found, turned = compare_rates(mine, other, words, 0.95), compare_rates(other, mine, words, 0.95)
    assert found.low < found.value < found.high
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_one_speaker_or_no_word_tells_nothing() -> None:
    assert not estimate_rate(np.array([3.0]), np.array([100.0]), 0.95).is_known
    assert math.isnan(estimate_rate(np.zeros(2), np.zeros(2), 0.95).value)
    alone = estimate_rate(np.array([1.0, 0.0]), np.array([10.0, 0.0]), 0.95)
    assert alone.value == pytest.approx(0.1)
    assert not alone.is_known


def test_more_errors_than_words_are_a_rate_above_one() -> None:
    found = estimate_rate(np.array([30.0, 25, 40]), np.full(3, 20.0), 0.95)
    assert found.value == pytest.approx(95 / 60)
    assert found.low < found.value < found.high


def test_a_ratio_whose_denominators_differ_is_compared_as_its_own() -> None:
    found = compare_ratios(ERRORS, WORDS, ERRORS, 2 * WORDS, 0.95)
    assert found.value == pytest.approx(19 / 230 - 19 / 460)
    assert math.isnan(compare_ratios(ERRORS, WORDS, ERRORS, np.zeros(6), 0.95).value)
