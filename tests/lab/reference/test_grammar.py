"""Sentences read as callers say them, and the held-out ones stay out of training."""

from __future__ import annotations

import random
import re

import pytest

from lab.reference import grammar


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "zero"),
        (7, "seven"),
        (10, "ten"),
        (19, "nineteen"),
        (20, "twenty"),
        (42, "forty two"),
        (90, "ninety"),
        (100, "one hundred"),
        (101, "one hundred and one"),
        (310, "three hundred and ten"),
        (999, "nine hundred and ninety nine"),
        (1000, "one thousand"),
        (2016, "two thousand sixteen"),
        (9357, "nine thousand three hundred and fifty seven"),
    ],
)
def test_number_in_words(value: int, words: str) -> None:
    assert grammar.number(value) == words


def test_every_number_has_its_own_words() -> None:
    assert len({grammar.number(n) for n in range(10_000)}) == 10_000


@pytest.mark.parametrize("count", [4, 6, 8, 10])
def test_digits_are_read_one_by_one(count: int) -> None:
    rng = random.Random(count)
    for _ in range(50):
        words = grammar.transcript(grammar.digits(rng, count)).split()
        assert len(words) - words.count("double") == count
        assert set(words) <= {*grammar.ONES, "oh", "double"}
        assert words[-1] != "double"


def test_article_fits_the_next_word() -> None:
    rng = random.Random(0)
    said = [grammar.transcript(grammar.sentence(rng)) for _ in range(3000)]
    assert not [s for s in said if re.search(r"\ba [aeiou]|\ban [^aeiou]", s)]
    assert any(" an " in s for s in said)


@pytest.mark.parametrize("kind", list(grammar.TEMPLATES))
def test_sentences_are_plain_words(kind: str) -> None:
    rng = random.Random(1)
    for _ in range(200):
        assert re.fullmatch(r"[a-z]+( [a-z]+)*", grammar.transcript(grammar.sentence(rng, kind)))


def test_split_is_disjoint_and_about_one_in_eight() -> None:
    rng = random.Random(2)
    held = {grammar.transcript(grammar.drawn(rng, held=True)) for _ in range(300)}
    trained = {grammar.transcript(grammar.drawn(rng, held=False)) for _ in range(3000)}
    assert not held & trained
    share = sum(grammar.held_out(grammar.sentence(rng)) for _ in range(4000)) / 4000
    assert 0.09 < share < 0.16


def test_pauses_do_not_move_a_sentence_across_the_split() -> None:
    rng = random.Random(3)
    for _ in range(300):
        spoken = grammar.sentence(rng)
        assert grammar.held_out(spoken) == grammar.held_out(grammar.transcript(spoken))
