"""Tokens: the normalised words that are counted, each with the raw words it comes from.

A text is normalised as a whole, because what a word becomes may depend on its neighbours
("twenty five" is 25). To say when a token was spoken, the words are also normalised one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from streamwer.text.normalise import Normaliser

_CACHED_WORDS = 100_000


class Token(NamedTuple):
    """A normalised token, and the first and the last of the raw words that it comes from."""

    text: str
    first: int
    last: int


def attribute_tokens(text: str, words: Sequence[str], normaliser: Normaliser) -> list[Token]:
    """Attribute the tokens of a text to the words that they come from.

    Where the tokens of the whole text differ from those of the single words, each token of such
    a run comes from all words of the run.

    Args:
        text: the raw text, as it is counted.
        words: its raw words in order, one or more.
        normaliser: of the text.
    """
    whole = normaliser.tokenise(text)
    parts = [
        Token(token, at, at)
        for at, word in enumerate(words)
        for token in normalise_word(normaliser, word)
    ]
    apart = [part.text for part in parts]
    if whole == apart:
        return parts
    found: list[Token] = []
    for alike, tokens_at, parts_at in _iterate_runs(whole, apart):
        if alike:
            found += parts[parts_at.start : parts_at.stop]
        else:
            first, last = _find_source_words(parts, parts_at, len(words))
            found += [Token(whole[i], first, last) for i in tokens_at]
    return found


@lru_cache(maxsize=_CACHED_WORDS)
def normalise_word(normaliser: Normaliser, word: str) -> tuple[str, ...]:
    """Normalise a word by itself."""
    return tuple(normaliser.tokenise(word))


def _iterate_runs(
    whole: Sequence[str], apart: Sequence[str]
) -> Iterator[tuple[bool, range, range]]:
    """Yield runs that are equal and runs that differ, in turn."""
    i = j = 0
    for block in Levenshtein.editops(whole, apart).as_matching_blocks():
        if i < block.a or j < block.b:
            yield False, range(i, block.a), range(j, block.b)
        i, j = block.a + block.size, block.b + block.size
        yield True, range(block.a, i), range(block.b, j)


def _find_source_words(parts: Sequence[Token], run: range, words: int) -> tuple[int, int]:
    """Find the first and last word of a run; of an empty one, the words that left no part."""
    if run:
        return parts[run.start].first, parts[run.stop - 1].first
    before = parts[run.start - 1].first if run.start else -1
    after = parts[run.start].first if run.start < len(parts) else words
    return (before + 1, after - 1) if before + 1 < after else (max(before, 0), max(before, 0))
