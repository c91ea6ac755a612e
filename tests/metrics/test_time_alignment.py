"""Of the alignments that count the same errors, the one whose words belong together in time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.metrics.error_rate import count_character_errors, count_word_errors
from streamwer.metrics.optimal_cells import find_optimal_cells
from streamwer.metrics.time_alignment import TimedTokens, align_words_by_time
from streamwer.metrics.word_errors import get_plain_rate
from streamwer.text.word_alignment import Pair, align_words

SHORT = st.lists(st.sampled_from("abc"), max_size=6)
MOMENTS = st.lists(st.integers(0, 20).map(float), min_size=6, max_size=6)

Alignment = tuple[tuple[int | None, int | None], ...]


@cache
def alignments(rows: int, columns: int) -> tuple[Alignment, ...]:
    """Every alignment of so many tokens with so many others."""
    if not rows and not columns:
        return ((),)
    return tuple(_longer(rows, columns))


def _longer(rows: int, columns: int) -> Iterator[Alignment]:
    if rows and columns:
        yield from ((*a, (rows - 1, columns - 1)) for a in alignments(rows - 1, columns - 1))
    if rows:
        yield from ((*a, (rows - 1, None)) for a in alignments(rows - 1, columns))
    if columns:
        yield from ((*a, (None, columns - 1)) for a in alignments(rows, columns - 1))


def errors_and_hits(said: TimedTokens, heard: TimedTokens, way: Alignment) -> tuple[int, int]:
    hits = sum(i is not None and j is not None and said.texts[i] == heard.texts[j] for i, j in way)
    return len(way) - hits, hits


def distance(said: TimedTokens, heard: TimedTokens, way: Alignment) -> float:
    pairs = [(i, j) for i, j in way if i is not None and j is not None]
    return sum(abs(said.ends[i] - heard.ends[j]) for i, j in pairs)


def plain(pairs: list[Pair]) -> Alignment:
    return tuple((pair.reference, pair.hypothesis) for pair in pairs)


@given(said=SHORT, heard=SHORT, begins=MOMENTS, ends=MOMENTS)
def test_no_alignment_with_jiwers_counts_is_nearer_in_time(
    said: list[str], heard: list[str], begins: list[float], ends: list[float]
) -> None:
    mine = TimedTokens(said[:5], sorted(begins)[: len(said[:5])])
    other = TimedTokens(heard[:5], sorted(ends)[: len(heard[:5])])
    found = align_words_by_time(mine, other)
    assert count_word_errors(found) == count_word_errors(align_words(mine.texts, other.texts))
    wanted = errors_and_hits(mine, other, plain(align_words(mine.texts, other.texts)))
    every = alignments(len(mine.texts), len(other.texts))
    least = min(
        distance(mine, other, way) for way in every if errors_and_hits(mine, other, way) == wanted
    )
    assert plain(found) in every
    assert distance(mine, other, plain(found)) == pytest.approx(least)


@given(said=SHORT, heard=SHORT)
def test_the_cells_are_those_of_all_minimum_edit_alignments(
    said: list[str], heard: list[str]
) -> None:
    mine, other = TimedTokens(said[:5], []), TimedTokens(heard[:5], [])
    every = alignments(len(mine.texts), len(other.texts))
    least = min(errors_and_hits(mine, other, way)[0] for way in every)
    expected = [0] * (len(mine.texts) + 1)
    for way in (way for way in every if errors_and_hits(mine, other, way)[0] == least):
        i = j = 0
        expected[0] |= 1
        for row, column in way:
            i, j = i + (row is not None), j + (column is not None)
            expected[i] |= 1 << j
    assert find_optimal_cells(mine.texts, other.texts) == expected


def test_a_word_heard_once_of_two_is_the_one_that_is_near() -> None:
    said = TimedTokens("yes i know yes".split(), [0.5, 30.0, 30.5, 31.0])
    for at, place in ((0.6, 0), (31.1, 3)):
        (hit,) = (
            p for p in align_words_by_time(said, TimedTokens(["yes"], [at])) if p.status == "hit"
        )
        assert hit.reference == place


def test_of_a_sentence_said_twice_the_one_that_was_heard_is_a_hit() -> None:
    sentence = "please hold the line".split()
    said = TimedTokens([*sentence, *sentence], [1.0, 2, 3, 4, 21, 22, 23, 24])
    for moments, places in (
        ([1.1, 2.1, 3.1, 4.1], [0, 1, 2, 3]),
        ([21.0, 22, 23, 24], [4, 5, 6, 7]),
    ):
        pairs = align_words_by_time(said, TimedTokens(sentence, moments))
        assert [p.reference for p in pairs if p.status == "hit"] == places


def test_moments_that_are_not_known_do_not_decide() -> None:
    unknown = float("nan")
    pairs = align_words_by_time(TimedTokens(["a", "a"], [1.0, 2.0]), TimedTokens(["a"], [unknown]))
    assert sorted(pair.status for pair in pairs) == ["deleted", "hit"]


def draw_words(rng: random.Random, words: int, choice: int) -> list[str]:
    return [f"w{rng.randrange(choice)}" for _ in range(words)]


def test_the_counts_of_2000_random_pairs_are_jiwers() -> None:
    rng = random.Random(20)
    for _ in range(2000):
        choice = rng.choice((2, 5, 50))
        said = draw_words(rng, rng.randrange(1, 20), choice)
        heard = [w for w in said if rng.random() > 0.2] if rng.random() < 0.7 else []
        heard += draw_words(rng, rng.randrange(5), choice)
        mine = TimedTokens(said, sorted(rng.uniform(0, 9) for _ in said))
        found = count_word_errors(
            align_words_by_time(mine, TimedTokens(heard, sorted(rng.uniform(0, 9) for _ in heard)))
        )
        words = jiwer.process_words(" ".join(said), " ".join(heard))
        assert (found.hits, found.substitutions) == (words.hits, words.substitutions)
        assert (found.deletions, found.insertions) == (words.deletions, words.insertions)
        assert get_plain_rate(found) == words.wer
        letters = count_character_errors(said, heard)
        assert get_plain_rate(letters) == jiwer.cer(" ".join(said), " ".join(heard))
        characters = jiwer.process_characters(" ".join(said), " ".join(heard))
        assert letters.substitutions == characters.substitutions
        assert (letters.deletions, letters.insertions) == (
            characters.deletions,
            characters.insertions,
        )


def test_a_long_recording_that_is_all_wrong_is_counted_as_jiwer_does() -> None:
    rng = random.Random(4)
    said, heard = draw_words(rng, 700, 40), draw_words(rng, 650, 40)
    mine = TimedTokens(said, [float(n) for n in range(len(said))])
    other = TimedTokens(heard, [float(n) for n in range(len(heard))])
    assert count_word_errors(align_words_by_time(mine, other)) == count_word_errors(
        align_words(said, heard)
    )
