"""Errors are pooled, late words count, and words that nobody said in a pause are found."""

from __future__ import annotations

import pytest

from lab.bench import figures
from lab.bench.figures import find_quantile, list_inserted, list_lost
from streamwer.types import Word
from tests.lab.bench.scripted_session import call, outcome
from tests.lab.bench.scripted_session import figures as pool

SAID = call("any").reference.words
"""51 words."""


def test_word_errors_are_pooled_over_sets_by_their_counts() -> None:
    long = outcome({"a": SAID, "b": SAID, "c": SAID}, name="long")
    short = outcome({"d": SAID[:17]}, name="short")
    assert pool(short).wer == pytest.approx(2 / 3)
    assert pool(long, short).wer == pytest.approx(34 / (4 * 51))


def test_a_difference_of_rates_is_in_points() -> None:
    whole, part = outcome({"a": SAID}), outcome({"a": SAID[:17]})
    assert figures.subtract_rates(part.errors, whole.errors) == pytest.approx(100 * 2 / 3)


def test_numbers_are_compared_as_whispers_normaliser_writes_them() -> None:
    said = [*SAID[:-1], Word("Noon!", SAID[-1].start, SAID[-1].end)]
    assert outcome({"a": said}).errors.errors == 0


# --- latency ----------------------------------------------------------------------------------


def test_latency_counts_from_the_end_of_the_reference_word() -> None:
    shifted = [Word(w.text, w.start - 0.1, w.end - 0.1) for w in SAID]
    assert pool(outcome({"a": shifted}, late=1.0)).find_latency(0.5) == pytest.approx(0.9)


def test_without_reference_times_it_counts_from_the_systems_own() -> None:
    shifted = [Word(w.text, w.start - 0.1, w.end - 0.1) for w in SAID]
    assert pool(outcome({"a": shifted}, timed=False)).find_latency(0.5) == pytest.approx(1.0)


def test_a_word_that_never_came_is_later_than_all_others() -> None:
    found = pool(outcome({"a": SAID[:36]}))
    assert found.find_latency(0.5) == pytest.approx(1.0)
    assert found.find_latency(0.95) is None


def test_a_quantile_is_one_of_the_values() -> None:
    assert find_quantile([3.0, 1.0, 2.0, 9.0], 0.5) == 2.0
    assert find_quantile([], 0.5) is None


# --- pauses -----------------------------------------------------------------------------------


def test_a_word_inside_a_pause_is_an_invention_and_one_at_its_edge_is_not() -> None:
    late_end = Word("noon", 9.5, 10.9)  # its middle is 0.2 s into the pause
    invented = Word("You", 14.0, 14.2)
    after = Word("hello", 19.6, 20.2)
    assert list_inserted([late_end, invented, after], [(10.0, 20.0)]) == [invented]


def test_a_word_without_length_in_a_pause_is_found_too() -> None:
    assert list_inserted([Word("Bye", 14.0, 14.0)], [(0.0, 3.0), (10.0, 20.0)])


def test_inventions_are_named_with_their_recording() -> None:
    heard = [*SAID, Word(" You", 25.0, 25.2)]
    found = outcome({"a": heard, "b": SAID}, pauses={"a": [(20.0, 30.0)]})
    assert found.in_pauses == ["a: You (25.0 s)"]


def test_a_recording_whose_pauses_are_not_known_has_no_inventions() -> None:
    assert outcome({"a": [*SAID, Word("You", 25.0, 25.2)]}).in_pauses == []


# --- last words -------------------------------------------------------------------------------


def test_a_last_word_is_lost_where_it_is_missing_and_offline_has_it() -> None:
    cut = SAID[:-1]
    offline = pool(outcome({"a": SAID, "b": cut, "c": SAID}))
    streaming = pool(outcome({"a": cut, "b": cut, "c": SAID}))
    assert list_lost(streaming, offline) == ["a"]


def test_a_last_word_that_is_misheard_is_an_error_and_not_lost() -> None:
    misheard = [*SAID[:-1], Word("moon", SAID[-1].start, SAID[-1].end)]
    assert list_lost(pool(outcome({"a": misheard})), pool(outcome({"a": SAID}))) == []


def test_of_a_last_word_said_twice_one_is_enough() -> None:
    text = "thank you bye bye "
    first, last = (call("a", text=text).reference.words[i] for i in (2, 3))
    thanks = call("a", text=text).reference.words[:2]
    for heard in (first, last, Word("Bye.", first.start, first.end)):
        assert not outcome({"a": [*thanks, heard]}, text=text).lost_last_words
    assert outcome({"a": thanks}, text=text).lost_last_words == {"a"}


def test_words_after_the_last_one_do_not_hide_that_it_is_there() -> None:
    more = [*SAID, Word("You", 25.0, 25.2)]
    assert list_lost(pool(outcome({"a": more})), pool(outcome({"a": SAID}))) == []


# --- compute ----------------------------------------------------------------------------------


def test_work_is_per_second_of_all_audio() -> None:
    found = pool(outcome({"a": SAID}, cost=4.0))
    work = found.work()
    assert work.stages["decode"] == pytest.approx(4.0 / found.seconds)
    assert work.encoder_s == pytest.approx(51 * 15.0 / found.seconds)
    assert work.tokens == pytest.approx(102 / found.seconds)
    assert found.framework_share == pytest.approx(0.1)
