"""Loops and run-on texts are found, and what is before them is kept."""

from __future__ import annotations

import pytest
from faster_whisper.tokenizer import Tokenizer
from hypothesis import assume, given
from hypothesis import strategies as st

from streamwer.recognisers.decoding_guard import DecodingGuard
from streamwer.recognisers.prompt import BROKEN
from streamwer.text.repetition import find_loop
from tests import random_whisper

TOKENIZER = Tokenizer(random_whisper.tokenizer(), multilingual=False)
GUARD = DecodingGuard(TOKENIZER, context=448, tokens_per_s=12.0, compression_ratio=2.4)
ENOUGH = 10_000

tokens = st.lists(st.integers(0, TOKENIZER.eot - 1), max_size=60)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "five five five double two",
        "oh eight zero four zero eight two two two two two",
        "seven seven seven seven seven",
        "two two two two two two two",
        "one two one two one two",
        "no no no no i said no no no",
        "call me back call me back",
        "twenty dollars and twenty dollars and twenty dollars",
    ],
)
def test_what_people_do_repeat_is_no_loop(words: str) -> None:
    assert find_loop(words.split()) is None
    assert not GUARD.has_failed(TOKENIZER.encode(" " + words), ENOUGH)


@given(st.floats(0, 30), st.integers(2, 227))
def test_the_budget_grows_with_the_audio_and_stays_below_what_the_model_can_give(
    seconds: float, prompt: int
) -> None:
    budget = GUARD.compute_token_budget(seconds, prompt)
    room = min(448 // 2, 448 - prompt + 1)
    assert budget < room
    assert budget <= 16 + 12 * seconds
    assert GUARD.compute_token_budget(seconds + 1, prompt) >= budget
    longest = GUARD.compute_max_length(budget, prompt)
    assert min(longest // 2, longest - prompt + 1) == budget + 1
    assert longest <= 448


def test_a_text_beyond_its_budget_has_failed() -> None:
    text = TOKENIZER.encode(" please call me back on monday morning")
    assert not GUARD.has_failed(text, len(text))
    assert GUARD.has_failed(text, len(text) - 1)


def test_a_dense_text_has_failed() -> None:
    assert GUARD.has_failed(TOKENIZER.encode(" " + "hahaha" * 40), ENOUGH)


@given(st.integers(0, 40))
def test_a_run_on_text_is_cut_at_a_whole_word(budget: int) -> None:
    words = "please call me back on monday morning it is about the blue order".split()
    text = TOKENIZER.encode(" " + " ".join(words))
    kept = GUARD.truncate(text, budget)
    assert len(kept) <= budget
    spoken = TOKENIZER.decode(kept).split()
    assert spoken == words[: len(spoken)]
    if len(spoken) < len(words):
        assert len(TOKENIZER.encode(" " + " ".join(words[: len(spoken) + 1]))) > budget


def test_a_loop_is_cut_and_what_is_before_it_kept() -> None:
    text = TOKENIZER.encode(" i am on hold" + " call me back" * 5 + " thank you")
    assert TOKENIZER.decode(GUARD.truncate(text, ENOUGH)) == " i am on hold call me back"


@given(tokens)
def test_what_passes_is_not_touched(text: list[int]) -> None:
    assume(not GUARD.has_failed(text, len(text)))
    words, _ = TOKENIZER.split_to_word_tokens(text)
    assume(find_loop([word.strip() for word in words]) is None)
    assert GUARD.truncate(text, len(text)) == text


@given(tokens, st.integers(0, 60))
def test_a_cut_keeps_the_beginning_within_the_budget(text: list[int], budget: int) -> None:
    kept = GUARD.truncate(text, budget)
    assert kept == text[: len(kept)]
    assert len(kept) <= budget


@given(st.text("aé請😀 ", min_size=1, max_size=20), st.integers(0, 60))
def test_a_cut_is_never_inside_a_character(text: str, budget: int) -> None:
    kept = TOKENIZER.decode(GUARD.truncate(TOKENIZER.encode(text), budget))
    assert BROKEN not in kept
    assert text.startswith(kept)


def test_timestamps_stay_but_for_those_at_the_end_of_what_is_cut() -> None:
    zero = TOKENIZER.timestamp_begin
    hello, bye = TOKENIZER.encode(" hello"), TOKENIZER.encode(" bye")
    once = [zero, *hello, zero + 50, zero + 50]
    text = [*once, *([*bye, zero + 60, zero + 60] * 9)]
    assert GUARD.truncate(text, ENOUGH) == [*once, *bye]
    assert GUARD.truncate(text, len(once)) == [zero, *hello]
