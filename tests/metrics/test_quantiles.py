"""Percentiles by rank, their least number of events, and intervals that cover the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.metrics.quantiles import enough, quantile

SETTINGS = {"replicates": 200, "seed": 1, "confidence": 0.95}


def of(values: list[float], q: float, groups: list[int] | None = None) -> float | None:
    array = np.array(values, float)
    which = np.arange(len(values)) if groups is None else np.array(groups)
    return quantile(array, which, q, **SETTINGS).value  # type: ignore[arg-type]


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
    found = quantile(values, groups, 0.5, replicates=4000, seed=2, confidence=0.95)
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
    rng = np.random.default_rng(7)
    covered = 0
    for trial in range(200):
        groups = np.repeat(np.arange(40), 25)
        values = 2.0 + rng.normal(0, 0.3, 40)[groups] + rng.normal(0, 0.5, 1000)
        found = quantile(values, groups, 0.5, replicates=300, seed=trial, confidence=0.95)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 2.0 <= found.high
    assert 0.88 <= covered / 200 <= 0.99
