"""The tokens that are counted, each with the raw words it comes from.

A text is normalised as a whole, because what a word becomes may depend on its neighbours
("twenty five" is 25). To say when a token was spoken, the words are also normalised one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from streamwer.text.normalise import Normaliser

_KNOWN_WORDS = 100_000


class Token(NamedTuple):
    """A normalised token, and the first and the last of the raw words that it comes from."""

    text: str
    first: int
    last: int


class _Part(NamedTuple):
    """What a word alone becomes, or a piece of it, and the word's number."""

    text: str
    word: int


def attribute(text: str, words: Sequence[str], normaliser: Normaliser) -> list[Token]:
    """The tokens of a text, each with the words it comes from.

    Where the tokens of the whole text differ from those of the single words, each token of such
    a run comes from all words of the run.

    Args:
        text: the raw text, as it is counted.
        words: its raw words in order, one or more.
        normaliser: what counts as the same word.
    """
    whole = normaliser.tokens(text)
    parts = [_Part(token, at) for at, word in enumerate(words) for token in alone(normaliser, word)]
    apart = [part.text for part in parts]
    if whole == apart:
        return [Token(token, at, at) for token, at in parts]
    found: list[Token] = []
    for alike, mine, theirs in _runs(whole, apart):
        if alike:
            found += [Token(parts[j].text, parts[j].word, parts[j].word) for j in theirs]
        else:
            first, last = _source(parts, theirs, len(words))
            found += [Token(whole[i], first, last) for i in mine]
    return found


@lru_cache(maxsize=_KNOWN_WORDS)
def alone(normaliser: Normaliser, word: str) -> tuple[str, ...]:
    """The normalised words of a word by itself."""
    return tuple(normaliser.tokens(word))


def _runs(whole: Sequence[str], apart: Sequence[str]) -> Iterator[tuple[bool, range, range]]:
    """Runs that are equal and runs that differ, by turns."""
    i = j = 0
    for block in Levenshtein.editops(whole, apart).as_matching_blocks():
        if i < block.a or j < block.b:
            yield False, range(i, block.a), range(j, block.b)
        i, j = block.a + block.size, block.b + block.size
        yield True, range(block.a, i), range(block.b, j)


def _source(parts: Sequence[_Part], run: range, words: int) -> tuple[int, int]:
    """The first and last word of a run; for an empty one, the words that left no part there."""
    if run:
        return parts[run.start].word, parts[run.stop - 1].word
    before = parts[run.start - 1].word if run.start else -1
    after = parts[run.start].word if run.start < len(parts) else words
    return (before + 1, after - 1) if before + 1 < after else (max(before, 0), max(before, 0))
