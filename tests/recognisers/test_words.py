"""Pieces of text become the words that were written, at their place on the stream's line."""

from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.tokenizer import Tokenizer
from hypothesis import given
from hypothesis import strategies as st

from streamwer.recognisers.base import Window
from streamwer.recognisers.words import TimedText, build_aligned_words, build_words
from streamwer.types import Word
from tests import random_whisper

TOKENIZER = Tokenizer(random_whisper.tokenizer(), multilingual=False)
WINDOW = Window(np.zeros(0, np.float32), 160_000)


def pieces(texts: list[str]) -> list[TimedText]:
    return [TimedText(text, i / 10, (i + 1) / 10, 1 - i / 100) for i, text in enumerate(texts)]


def of_sound(text: str) -> list[str]:
    """The words of a text that can be said: those with a letter or digit."""
    return [word for word in text.split() if any(map(str.isalnum, word))]


def write_words(texts: list[str], language: str = "en") -> list[str]:
    return [word.text for word in build_words(pieces(texts), WINDOW, language)]


@pytest.mark.parametrize(
    "text",
    ["it's 3.5 at 10:30 o'clock", "twenty-five of $20,000", "well, no! (yes)", "a b", "a - b", ""],
)
def test_what_is_parted_at_its_punctuation_is_put_together(text: str) -> None:
    parted, _ = TOKENIZER.split_to_word_tokens(TOKENIZER.encode(" " + text))
    assert write_words(parted) == of_sound(text)


@given(st.text("ab1.,'-$ é請", max_size=30))
def test_words_are_those_of_the_text(text: str) -> None:
    parted, _ = TOKENIZER.split_to_word_tokens(TOKENIZER.encode(" " + text))
    assert write_words(parted) == of_sound(text)


def test_a_word_lasts_from_its_first_piece_to_its_last_and_is_as_sure_as_the_least() -> None:
    assert build_words(pieces([" at", " 10", ":", "30"]), WINDOW, "en") == (
        Word("at", 10.0, 10.1, 1.0),
        Word("10:30", 10.1, 10.4, 0.97),
    )


@pytest.mark.parametrize(("start", "begins"), [(0.0, 11.8), (2.0, 12.0), (0.5, 10.5)])
def test_quiet_before_the_first_word_of_a_window_is_no_part_of_it(
    start: float, begins: float
) -> None:
    """Only where the alignment begins with the window: else it has found the word's start."""
    parts = [TimedText(" Yes,", start, 2.5, 1.0), TimedText(" still", 2.5, 2.8, 1.0)]
    first, second = build_aligned_words(parts, WINDOW, "en")
    assert first == Word("Yes,", begins, 12.5, 1.0)
    assert second.start == 12.5


def test_characters_of_a_language_without_spaces_stay_apart() -> None:
    assert write_words(["請", "稍", "後"], "zh") == ["請", "稍", "後"]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["我", "用", " i", "Phone", "打"], ["我", "用", "iPhone", "打"]),
        (["价", "3", ".", "5", "元"], ["价", "3.5", "元"]),
        (["ส", "ว", "\u0e31", "ส", "ด", "\u0e35"], ["ส", "วั", "ส", "ดี"]),
    ],
)
def test_names_numbers_and_letters_with_marks_stay_whole_among_them(
    texts: list[str], said: list[str]
) -> None:
    assert write_words(texts, "zh") == said


def test_half_a_character_is_dropped() -> None:
    assert write_words([" caf\ufffd", " \ufffd", "\ufffd", " it"]) == ["caf", "it"]
