"""Word error counts add up, and the alignment agrees with a brute force."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.metrics.error_rate import count_word_errors
from streamwer.metrics.word_errors import CharErrors, WordErrors, get_plain_rate
from streamwer.text.word_alignment import align_words

sentences = st.lists(st.sampled_from("a b c d".split()), max_size=8)


def edit_distance(reference: list[str], hypothesis: list[str]) -> int:
    """The textbook recursion, without the tables."""
    if not reference or not hypothesis:
        return len(reference) + len(hypothesis)
    return min(
        edit_distance(reference[1:], hypothesis[1:]) + (reference[0] != hypothesis[0]),
        edit_distance(reference[1:], hypothesis) + 1,
        edit_distance(reference, hypothesis[1:]) + 1,
    )


@given(
    reference=sentences.filter(lambda s: len(s) < 6),
    hypothesis=sentences.filter(lambda s: len(s) < 6),
)
def test_the_alignment_has_as_few_errors_as_a_brute_force_finds(
    reference: list[str], hypothesis: list[str]
) -> None:
    pairs = align_words(reference, hypothesis)
    errors = count_word_errors(pairs)
    assert errors.errors == edit_distance(reference, hypothesis)
    assert errors.words == len(reference)
    assert [p.reference for p in pairs if p.reference is not None] == list(range(len(reference)))
    assert [p.hypothesis for p in pairs if p.hypothesis is not None] == list(range(len(hypothesis)))


def test_the_rate_of_a_sum_is_not_the_mean_of_the_rates() -> None:
    short, long = WordErrors(hits=0, substitutions=1), WordErrors(hits=9)
    assert get_plain_rate(sum([short, long], WordErrors())) == pytest.approx(0.1)
    assert sum([short, long]) == short + long  # type: ignore[comparison-overlap]


def test_rates_cannot_be_added_by_accident() -> None:
    with pytest.raises(TypeError):
        sum([WordErrors(hits=1)], 1)  # type: ignore[call-overload]


def test_a_sum_of_rates_is_refused() -> None:
    rates = [each.rate for each in (WordErrors(hits=1, deletions=1), WordErrors(hits=1))]
    with pytest.raises(TypeError, match="add the error counts"):
        sum(rates)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="add the error counts"):
        _ = rates[0] + 0.5  # type: ignore[operator]


@pytest.mark.parametrize(
    "mean",
    [
        *(np.mean, np.sum, np.average, np.median, statistics.mean, statistics.fmean, math.fsum),
        lambda rates: pd.Series(rates).mean(),
        lambda rates: np.array(rates, dtype=float),
    ],
)
def test_no_library_makes_a_mean_of_rates(mean: Callable[[list[object]], object]) -> None:
    with pytest.raises(TypeError):
        mean([WordErrors(hits=1, deletions=1).rate, WordErrors(hits=1).rate])


def test_a_rate_reads_as_a_number() -> None:
    rate = WordErrors(hits=3, deletions=1).rate
    assert (str(rate), repr(rate), f"{rate:.1%}") == ("0.25", "0.25", "25.0%")
    assert get_plain_rate(WordErrors(hits=3, deletions=1)) == 0.25
    assert math.isnan(get_plain_rate(WordErrors(insertions=1)))


@pytest.mark.parametrize("mean", [np.mean, statistics.mean, statistics.fmean])
def test_counts_have_no_mean(mean: Callable[[list[WordErrors]], object]) -> None:
    with pytest.raises(TypeError):
        mean([WordErrors(hits=1), WordErrors(deletions=1)])


def test_words_and_characters_do_not_mix() -> None:
    with pytest.raises(TypeError, match="WordErrors add to WordErrors only, not to CharErrors"):
        _ = WordErrors(hits=1) + CharErrors(hits=1)  # type: ignore[operator]
    assert CharErrors(hits=3) + CharErrors(insertions=1) == CharErrors(hits=3, insertions=1)
    assert WordErrors(hits=1) != CharErrors(hits=1)  # type: ignore[comparison-overlap]


def test_counts_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        WordErrors().hits = 1  # type: ignore[misc]


def test_rates_may_be_compared_and_subtracted() -> None:
    mine, other = WordErrors(hits=3, deletions=1).rate, WordErrors(hits=1, deletions=1).rate
    assert mine is not None
    assert other is not None
    assert (mine < other, other - mine) == (True, 0.25)


def test_there_is_no_rate_without_a_reference_word() -> None:
    assert WordErrors(insertions=3).rate is None
