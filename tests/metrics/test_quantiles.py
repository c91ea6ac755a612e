"""Percentiles by rank, their least number of events, and intervals that cover the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.metrics.quantiles import (
    DECILES,
    Integers,
    Quantile,
    enough,
    quantile_differences,
    quantiles,
    shift_function,
)
from streamwer.metrics.resampling import Floats, Settings, resamples

SETTINGS = Settings(replicates=200, seed=1, confidence=0.95)
CALLS = np.repeat(np.arange(40), 25)


def quantile(values: Floats, groups: Integers, q: float, settings: Settings) -> Quantile:
    return quantiles(values, groups, [q], settings)[0]


def late(seed: int = 0) -> Floats:
    """Latencies in 40 calls of 25 words each, whose true median is 2 s."""
    rng = np.random.default_rng(seed)
    return 2.0 + rng.normal(0, 0.3, 40)[CALLS] + rng.normal(0, 0.5, 1000)


def of(values: list[float], q: float, groups: list[int] | None = None) -> float | None:
    array = np.array(values, float)
    which = np.arange(len(values)) if groups is None else np.array(groups)
    return quantile(array, which, q, SETTINGS).value


@pytest.mark.parametrize(("q", "needed"), [(0.95, 72), (0.99, 368), (0.5, 6)])
def test_a_percentile_needs_its_least_number_of_events(q: float, needed: int) -> None:
    assert enough(needed, q)
    assert not enough(needed - 1, q)
    assert of([1.0] * (needed - 1), q) is None


@given(st.lists(st.floats(-5, 50), min_size=80, max_size=200))
def test_the_value_is_the_smallest_that_reaches_the_share(values: list[float]) -> None:
    found = of(values, 0.95)
    assert found is not None
    assert sum(v <= found for v in values) >= 0.95 * len(values)
    assert sum(v < found for v in values) < 0.95 * len(values)


def test_words_that_never_came_are_infinitely_late() -> None:
    assert of([1.0] * 90 + [math.inf] * 10, 0.95) == math.inf
    assert of([1.0] * 90 + [math.inf] * 10, 0.5) == 1.0


def test_resampling_whole_recordings_equals_resampling_by_hand() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(8), 12)
    values = rng.normal(groups, 1.0)
    found = quantile(values, groups, 0.5, Settings(4000, 2, 0.95))
    by_hand = []
    for _ in range(4000):
        drawn = rng.integers(0, 8, 8)
        sample = np.sort(np.concatenate([values[groups == g] for g in drawn]))
        by_hand.append(sample[math.ceil(0.5 * len(sample)) - 1])
    low, high = np.quantile(by_hand, [0.025, 0.975])
    assert found.low == pytest.approx(low, abs=0.15)
    assert found.high == pytest.approx(high, abs=0.15)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """200 simulated data sets of 40 recordings whose true median is 2 s."""
    covered = 0
    for trial in range(200):
        found = quantile(late(trial), CALLS, 0.5, Settings(300, trial, 0.95))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 2.0 <= found.high
    assert 0.88 <= covered / 200 <= 0.99


def test_counting_in_cells_finds_the_very_events_that_sorting_finds() -> None:
    """One resample at a time, by hand, from the same draws; with ties and words never said."""
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(12), rng.integers(1, 60, 12))
    values = np.round(rng.normal(2, 1, len(groups)), 1)
    values[rng.random(len(groups)) < 0.03] = math.inf
    settings, qs = Settings(50, 5, 0.95), (0.1, 0.5, 0.9, 0.97)
    by_hand = []
    for counts in next(resamples(12, settings)):
        sample = np.sort(np.repeat(values, counts[groups].astype(int)))
        by_hand.append([sample[math.ceil(q * len(sample)) - 1] for q in qs])
    low, high = np.sort(by_hand, axis=0)[[1, 48]]  # ranks of 2.5 % and 97.5 % among 50
    for found, least, most in zip(quantiles(values, groups, qs, settings), low, high, strict=True):
        assert (found.low, found.high) == (least, most)


def test_a_quantile_can_be_infinite_at_its_upper_end_only() -> None:
    values = late()
    values[CALLS < 2] = math.inf  # two calls in forty failed
    (found,) = quantiles(values, CALLS, [0.94], SETTINGS)
    assert found.value is not None
    assert math.isfinite(found.value)
    assert found.low is not None
    assert math.isfinite(found.low)
    assert found.high == math.inf


def test_pairing_sees_a_small_delay_through_large_variation() -> None:
    values = late()
    (found,) = quantile_differences(values + 0.1, values, CALLS, [0.5], SETTINGS)
    assert found.value == pytest.approx(0.1)
    assert found.low == pytest.approx(0.1)
    assert found.high == pytest.approx(0.1)


def test_a_system_is_not_later_than_itself_even_where_words_never_came() -> None:
    values = late()
    values[::10] = math.inf
    for found in quantile_differences(values, values, CALLS, [0.5, 0.95], SETTINGS):
        assert found == Quantile(0.0, 0.0, 0.0)


def test_a_word_that_only_one_system_missed_is_infinitely_later() -> None:
    values, missed = late(), late()
    missed[::10] = math.inf
    (later,) = quantile_differences(missed, values, CALLS, [0.95], SETTINGS)
    (sooner,) = quantile_differences(values, missed, CALLS, [0.95], SETTINGS)
    assert (later.value, later.high) == (math.inf, math.inf)
    assert (sooner.value, sooner.low) == (-math.inf, -math.inf)


def test_the_shift_function_tells_a_slow_tail_from_a_slow_system() -> None:
    values = late()
    tail = np.where(values > np.quantile(values, 0.75), values + 1.0, values)
    found = shift_function(tail, values, CALLS, SETTINGS)
    assert tuple(found) == DECILES
    assert [share for share, shift in found.items() if (shift.low or 0) > 0] == [0.8, 0.9]
    assert found[0.9].value == pytest.approx(1.0)


def test_one_recording_has_quantiles_but_no_intervals() -> None:
    values = late()
    alone = np.zeros(len(values), dtype=np.int64)
    (found,) = quantile_differences(values + 1, values, alone, [0.5], SETTINGS)
    assert found.value == pytest.approx(1.0)
    assert found.low is None
