"""Split timed words like a transcript: in scripts without spaces each character is a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from streamwer.text.words import split_words
from streamwer.types import Word


def split_timed_words(words: Iterable[Word]) -> Iterator[Word]:
    """Split timed words like `text.words.split_words`; the parts share the time by letters."""
    for word in words:
        parts = split_words(word.text)
        if len(parts) < 2:
            yield word
        else:
            yield from divide_time(parts, word.start, word.end, word.probability)


def divide_time(
    texts: Sequence[str], begin: float, end: float, probability: float = 1.0
) -> Iterator[Word]:
    """Divide a time span among words by their numbers of letters.

    Args:
        texts: the words, in order.
        begin: of the span, seconds.
        end: of the span, seconds.
        probability: of each word.
    """
    letters, passed = sum(map(len, texts)), 0
    for text in texts:
        start = begin + (end - begin) * passed / letters
        passed += len(text)
        stop = begin + (end - begin) * passed / letters
        yield Word(text, round(start, 3), round(stop, 3), probability)
