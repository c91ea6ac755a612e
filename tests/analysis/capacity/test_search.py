"""The search for the largest load: right whatever the bound is, and with few runs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.analysis.capacity.search import estimate_capacity, find_largest


@given(bound=st.integers(0, 300), most=st.integers(1, 300), guess=st.integers(1, 300))
def test_the_largest_is_found_as_by_trying_all(bound: int, most: int, guess: int) -> None:
    tried: list[int] = []

    def meets(streams: int) -> bool:
        tried.append(streams)
        return streams <= bound

    assert find_largest(meets, most, guess) == max(
        (n for n in range(1, most + 1) if n <= bound), default=0
    )
    assert len(tried) == len(set(tried))
    assert all(1 <= n <= most for n in tried)
    assert len(tried) <= 2 * math.log2(most) + 4


@pytest.mark.parametrize("repeats", [3, 6])
def test_the_interval_holds_the_median_as_often_as_it_says(repeats: int) -> None:
    draws = np.random.default_rng(2).permutation(6_000 * repeats + 1)
    rows = draws[: 6_000 * repeats].reshape(6_000, repeats)
    found = [estimate_capacity([int(n) for n in row]) for row in rows]
    middle = np.median(draws)
    held = np.mean([each.low <= middle <= each.high for each in found])
    assert held == pytest.approx(found[0].confidence, abs=0.02)


def test_of_an_even_number_of_repeats_the_smaller_median_counts() -> None:
    assert estimate_capacity([5, 9, 7, 6]).value == 6
