"""Percentiles by rank, their least number of events, and intervals that cover the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.metrics.stats.intervals import Floats, jackknife
from streamwer.metrics.stats.quantiles import (
    DECILES,
    Integers,
    Quantile,
    compare_quantiles,
    estimate_quantiles,
    estimate_shift_function,
    has_enough_events,
)

CALLS = np.repeat(np.arange(40), 25)


def quantile(values: Floats, groups: Integers, q: float) -> Quantile:
    return estimate_quantiles(values, np.unique(groups, return_inverse=True)[1], [q], 0.95)[0]


def late(seed: int = 0) -> Floats:
    """Latencies in 40 calls of 25 words each, whose true median is 2 s."""
    rng = np.random.default_rng(seed)
    return 2.0 + rng.normal(0, 0.3, 40)[CALLS] + rng.normal(0, 0.5, 1000)


def of(values: list[float], q: float, groups: list[int] | None = None) -> float | None:
    array = np.array(values, float)
    which = np.arange(len(values)) if groups is None else np.array(groups)
    return quantile(array, which, q).value


@pytest.mark.parametrize(("q", "needed"), [(0.95, 72), (0.99, 368), (0.5, 6)])
def test_a_percentile_needs_its_least_number_of_events(q: float, needed: int) -> None:
    assert has_enough_events(needed, q)
    assert not has_enough_events(needed - 1, q)
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


def test_the_quantile_without_each_speaker_is_that_of_the_others_words() -> None:
    """With ties and words never said, by hand."""
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(12), rng.integers(1, 60, 12))
    values = np.round(rng.normal(2, 1, len(groups)), 1)
    for q in (0.1, 0.5, 0.9):
        without = [quantile(values[groups != g], groups[groups != g], q).value for g in range(12)]
        sizes = np.bincount(groups).astype(float)
        value = quantile(values, groups, q).value
        assert value is not None
        expected = jackknife(value, np.array(without, float), sizes, 0.95)
        found = quantile(values, groups, q)
        assert (found.low, found.high) == (expected.low, expected.high)


def test_a_quantile_can_be_infinite_at_its_upper_end_only() -> None:
    values = late()
    values[CALLS < 2] = math.inf  # two calls in forty failed
    (found,) = estimate_quantiles(values, CALLS, [0.94], 0.95)
    assert found.value is not None
    assert math.isfinite(found.value)
    assert found.low is not None
    assert math.isfinite(found.low)
    assert found.high == math.inf


def test_pairing_sees_a_small_delay_through_large_variation() -> None:
    values = late()
    (found,) = compare_quantiles(values + 0.1, values, CALLS, [0.5], 0.95)
    assert found.value == pytest.approx(0.1)
    assert found.low == pytest.approx(0.1)
    assert found.high == pytest.approx(0.1)


def test_a_system_is_not_later_than_itself_even_where_words_never_came() -> None:
    values = late()
    values[::10] = math.inf
    for found in compare_quantiles(values, values, CALLS, [0.5, 0.95], 0.95):
        assert found == Quantile(0.0, 0.0, 0.0)


def test_a_word_that_only_one_system_missed_is_infinitely_later() -> None:
    values, missed = late(), late()
    missed[::10] = math.inf
    (later,) = compare_quantiles(missed, values, CALLS, [0.95], 0.95)
    (sooner,) = compare_quantiles(values, missed, CALLS, [0.95], 0.95)
    assert (later.value, later.high) == (math.inf, math.inf)
    assert (sooner.value, sooner.low) == (-math.inf, -math.inf)


def test_the_shift_function_tells_a_slow_tail_from_a_slow_system() -> None:
    values = late()
    tail = np.where(values > np.quantile(values, 0.75), values + 1.0, values)
    found = estimate_shift_function(tail, values, CALLS, 0.95)
    assert tuple(found) == DECILES
    assert [share for share, shift in found.items() if (shift.low or 0) > 0] == [0.8, 0.9]
    assert found[0.9].value == pytest.approx(1.0)


def test_one_recording_has_quantiles_but_no_intervals() -> None:
    values = late()
    alone = np.zeros(len(values), dtype=np.int64)
    (found,) = compare_quantiles(values + 1, values, alone, [0.5], 0.95)
    assert found.value == pytest.approx(1.0)
    assert found.low is None
