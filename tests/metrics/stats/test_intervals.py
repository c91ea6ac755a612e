"""The jackknife over speakers: against closed formulas, and where there is too little."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.metrics.stats.intervals import (
    FEW_BLOCKS,
    Interval,
    adjust_confidence,
    choose_decimals,
    count_effective_blocks,
    describe_few_blocks,
    jackknife,
)

ENDS = st.floats(-20, 20)


def of_means(values: list[float], confidence: float = 0.95) -> Interval:
    """The interval of a mean of equal blocks."""
    array = np.array(values)
    without = (array.sum() - array) / (len(array) - 1)
    return jackknife(float(array.mean()), without, np.ones(len(array)), confidence)


def test_of_a_mean_it_is_the_interval_of_student() -> None:
    """Of 1 … 5: mean 3, standard error √0.5, and 2.7764 for 4 degrees of freedom."""
    found = of_means([1.0, 2, 3, 4, 5])
    reach = 2.7764 * math.sqrt(0.5)
    assert (found.low, found.high) == pytest.approx((3 - reach, 3 + reach), abs=1e-3)


def test_a_long_tail_moves_the_end_on_its_side_out_and_the_other_one_nowhere() -> None:
    values = [0.0, 0, 0, 0, 5]
    found = of_means(values)
    reach = 2.7764 * np.std(values, ddof=1) / math.sqrt(5)
    assert found.low == pytest.approx(1 - reach, abs=1e-3)
    assert found.high > 1 + 1.1 * reach
    mirrored = of_means([-value for value in values])
    assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low))


def test_uneven_speakers_are_worth_fewer() -> None:
    assert count_effective_blocks(np.full(7, 3.0)) == pytest.approx(7)
    assert count_effective_blocks(np.array([100.0, 1, 1, 1])) == pytest.approx(1.06, abs=0.01)
    without = np.array([1.0, 2, 3, 2.5])
    even = jackknife(2.0, without, np.ones(4), 0.95)
    uneven = jackknife(2.0, without, np.array([9.0, 1, 1, 1]), 0.95)
    assert uneven.high - uneven.low > even.high - even.low


def test_one_speaker_tells_nothing_about_how_speakers_differ() -> None:
    found = jackknife(0.3, np.array([0.3]), np.ones(1), 0.95)
    assert found.value == 0.3
    assert not found.is_known
    assert not found.excludes_zero


def test_what_never_came_has_an_end_that_is_infinite() -> None:
    late = jackknife(1.0, np.array([1.0, 1.1, 0.9, math.inf]), np.ones(4), 0.95)
    assert late.high == math.inf
    assert late.low < 1
    never = jackknife(math.inf, np.full(4, math.inf), np.ones(4), 0.95)
    assert never == Interval(math.inf, math.inf, math.inf)


def test_together_each_interval_is_surer() -> None:
    assert adjust_confidence(0.95, 1) == adjust_confidence(0.95, 0) == 0.95
    assert adjust_confidence(0.95, 5) == pytest.approx(0.99)


@given(ENDS, ENDS, st.floats(0.1, 5))
def test_what_is_printed_is_on_the_same_side_of_what_matters(
    one: float, other: float, margin: float
) -> None:
    """Unless it is nearer than a thousandth of what is printed."""
    ends, limits = (one, other), (0.0, margin)
    near = [abs(abs(end) - at) for end in ends for at in limits if abs(end) != at]
    digits = choose_decimals(ends, limits, 1)
    for end in ends:
        for at in limits:
            if min(near, default=1.0) > 2e-3 and abs(end) != at:
                assert (round(abs(end), digits) > round(at, digits)) == (abs(end) > at)


def test_few_blocks_earn_a_warning() -> None:
    assert describe_few_blocks(FEW_BLOCKS) == ""
    assert describe_few_blocks(1, "speaker").startswith("only 1 speaker: with fewer than 10")
    assert describe_few_blocks(9).startswith("only 9 blocks")
