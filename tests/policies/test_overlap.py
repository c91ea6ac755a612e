"""Which words of a new hypothesis are already committed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from streamwer.policies.overlap import count_repeated
from streamwer.types import Word
from tests.scripted import script


def shift_words(words: tuple[Word, ...], seconds: float) -> tuple[Word, ...]:
    return tuple(
        replace(word, start=word.start + seconds, end=word.end + seconds) for word in words
    )


@pytest.mark.parametrize("seconds", [-0.2, 0.0, 0.2])
@pytest.mark.parametrize("known", range(9))
def test_the_split_is_found_when_all_times_are_off(known: int, seconds: float) -> None:
    call = script("no no five five two two five five")
    assert count_repeated(call[:known], shift_words(call, seconds)) == known


def test_a_committed_word_heard_differently_now_is_not_said_again() -> None:
    committed = script("i live in main straight")
    now = script("i live in main street boston")
    assert count_repeated(committed, now) == 5


def test_new_words_after_a_pause_are_all_new() -> None:
    committed = script("hold the line")
    later = script("thank you", begin=30.0)
    assert count_repeated(committed, later) == 0


def test_the_window_may_begin_before_or_after_the_committed_tail() -> None:
    call = script("one two three four five six seven eight")
    assert count_repeated(call[2:4], call) == 4
    assert count_repeated(call[:6], call[3:]) == 3


def test_without_committed_words_everything_is_new() -> None:
    assert count_repeated((), script("hello")) == 0
    assert count_repeated(script("hello"), ()) == 0
