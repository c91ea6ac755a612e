"""Which words of a hypothesis can have been said."""

from __future__ import annotations

from dataclasses import replace

from streamwer.policies.plausibility import count_plausible
from streamwer.text.words import is_word
from streamwer.types import Word
from tests.scripted import script

SAID = script("please call me back", pace=0.3)
END = 2.0


def test_ordinary_speech_and_fast_speech_are_whole() -> None:
    assert count_plausible(SAID, END) == 4
    assert count_plausible(script("one two three four five six", pace=0.07), END) == 6


def test_a_loop_is_cut_where_it_repeats_itself() -> None:
    looped = script("call me back " * 5, pace=0.2)
    assert count_plausible(looped, 5.0) == 3


def test_words_that_share_an_instant_are_cut_and_so_is_all_behind_them() -> None:
    flat = [Word(text, 1.6, 1.6) for text in "so am I fell in".split()]
    assert count_plausible([*SAID, *flat], END) == 4
    assert count_plausible([*SAID, *[Word("so", 1.6, 1.6)] * 12], END) == 4


def test_one_word_without_length_may_be_a_real_one() -> None:
    last = replace(SAID[-1], start=SAID[-1].end)
    assert count_plausible([*SAID[:-1], last], END) == 4


def test_a_word_behind_the_end_of_the_audio_was_not_said() -> None:
    assert count_plausible([*SAID, Word("you", 2.5, 2.8)], END) == 4
    assert count_plausible([*SAID, Word("you", 1.9, 2.2)], END) == 5


def test_no_words_are_plausible() -> None:
    assert count_plausible([], END) == 0


def test_a_word_has_a_letter_or_a_digit() -> None:
    assert all(is_word(text) for text in ("a", "5", "o'clock", "é", "二"))
    assert not any(is_word(text) for text in (".", "-", "…", "", "¿?"))
