"""Sign-flipping, Holm and TOST: against enumeration by hand and worked examples."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.metrics.resampling import Settings
from streamwer.metrics.significance import EXACT_BLOCKS, equivalence, holm, sign_flip

SETTINGS = Settings(9999, 1, 0.95)
SHARES = st.floats(0, 1)


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=7))
def test_few_blocks_are_enumerated(excess: list[int]) -> None:
    flipped = [
        abs(sum(sign * x for sign, x in zip(signs, excess, strict=True)))
        for signs in itertools.product([-1, 1], repeat=len(excess))
    ]
    p = sum(total >= abs(sum(excess)) for total in flipped) / len(flipped)
    assert sign_flip(np.array([excess], float), SETTINGS)[0] == pytest.approx(p)


def test_five_speakers_who_all_agree_are_not_enough_for_the_usual_level() -> None:
    assert sign_flip(np.ones((1, 5)), SETTINGS)[0] == 2 / 2**5


def test_random_flips_come_near_the_enumeration() -> None:
    rng = np.random.default_rng(2)
    excess = rng.normal(0.5, 1, (3, EXACT_BLOCKS))
    padded = np.hstack([excess, np.zeros((3, 4))])  # blocks that change no total
    exact, random = sign_flip(excess, SETTINGS), sign_flip(padded, SETTINGS)
    assert random == pytest.approx(exact, abs=0.015)


def test_random_flips_never_say_that_something_is_impossible() -> None:
    assert sign_flip(np.ones((1, 200)), SETTINGS)[0] == 1 / 10_000


def test_true_differences_of_zero_are_claimed_as_often_as_the_level_says() -> None:
    rng = np.random.default_rng(8)
    for blocks in (8, 30):
        p = sign_flip(rng.normal(0, 1, (4000, blocks)), Settings(999, 1, 0.95))
        assert np.mean(p <= 0.05) == pytest.approx(0.05, abs=0.012)


def test_a_system_against_itself_has_p_of_one() -> None:
    for blocks in (1, 5, 40):
        assert sign_flip(np.zeros((1, blocks)), SETTINGS)[0] == 1


def test_holm_on_a_worked_example() -> None:
    found = holm(np.array([0.01, 0.04, 0.03, 0.005]))
    assert found == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(SHARES, min_size=1, max_size=9))
def test_holm_keeps_the_order_and_lies_between_raw_and_bonferroni(p: list[float]) -> None:
    raw = np.array(p)
    found = holm(raw)
    assert np.all(np.diff(found[np.argsort(raw)]) >= 0)
    assert np.all((raw <= found) & (found <= np.minimum(raw * len(raw), 1) + 1e-12))


def test_a_comparison_that_could_not_be_made_costs_the_others_nothing() -> None:
    found = holm(np.array([math.nan, 0.02, 0.5]))
    assert math.isnan(found[0])
    assert found[1:] == pytest.approx([0.04, 0.5])


def test_equivalence_on_a_worked_example() -> None:
    """Four blocks of 100 words, differences 1, 3, 1, 3: mean 2 %, standard error 0.5774 %."""
    excess, words = np.array([[1.0, 3.0, 1.0, 3.0]]), np.full(4, 100.0)
    assert equivalence(excess, words, 0.02)[0] == pytest.approx(0.5)
    at_level = 0.02 + 2.3534 * 0.0057735  # t of 3 degrees of freedom, one side, 5 %
    assert equivalence(excess, words, at_level)[0] == pytest.approx(0.05, abs=1e-5)
    assert equivalence(-excess, words, at_level)[0] == pytest.approx(0.05, abs=1e-5)


def test_a_system_is_equivalent_to_itself_and_too_little_data_to_nothing() -> None:
    assert equivalence(np.zeros((1, 6)), np.full(6, 50.0), 0.005)[0] == 0
    assert math.isnan(equivalence(np.zeros((1, 1)), np.full(1, 50.0), 0.005)[0])
