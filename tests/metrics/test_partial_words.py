"""Which of the words shown early did not hold."""

from __future__ import annotations

import pandas as pd
import pytest

from streamwer.metrics.partial_words import count_partial_words
from tests.formats.calls import own_step
from tests.metrics.figures import compute_ratio


def count_partials(*updates: tuple[str, str]) -> tuple[int, int]:
    steps = [own_step(i, i + 1.0, i + 1.5, *update) for i, update in enumerate(updates)]
    return count_partial_words(steps)


def test_each_tentative_word_is_held_against_the_final_word_at_its_place() -> None:
    # Shown: my nail; was june; the final text is "my name is june".
    found = count_partials(("", "my nail"), ("my name", "was june"), ("is june", ""))
    assert found == (4, 2)


def test_a_word_counts_in_every_update_that_shows_it() -> None:
    assert count_partials(("", "no"), ("", "no"), ("", "no"), ("yes", "")) == (3, 3)


def test_words_that_the_final_text_never_reaches_are_unstable() -> None:
    assert count_partials(("", "my name is"), ("my", "")) == (3, 2)


def test_a_lost_word_moves_all_that_follow_it() -> None:
    assert count_partials(("", "oh my name is"), ("my name is", "")) == (4, 4)


def test_committed_words_are_not_partial() -> None:
    assert count_partials(("my", ""), ("name", "")) == (0, 0)


def test_the_ratio_is_one_of_sums() -> None:
    table = pd.DataFrame({"partial_words": [10, 2], "unstable_words": [1, 2]})
    assert compute_ratio("upwr", table) == pytest.approx(3 / 12)
    assert compute_ratio("upwr", table[:0]) != compute_ratio(
        "upwr", table[:0]
    )  # nothing shown: not a number
