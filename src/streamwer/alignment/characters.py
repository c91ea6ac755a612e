"""Timed words as a transcript is cut: in scripts without spaces each character is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from streamwer.text.words import parted
from streamwer.types import Word


def cut(words: Iterable[Word]) -> Iterator[Word]:
    """The words, cut as `joining.parted` cuts; the parts share a word's time by their letters."""
    for word in words:
        parts = parted(word.text)
        if len(parts) < 2:
            yield word
        else:
            yield from shared(parts, word.start, word.end, word.probability)


def shared(
    texts: Sequence[str], begin: float, end: float, probability: float = 1.0
) -> Iterator[Word]:
    """Words one after the other, each as long as its share of the letters."""
    letters, passed = sum(map(len, texts)), 0
    for text in texts:
        start = begin + (end - begin) * passed / letters
        passed += len(text)
        stop = begin + (end - begin) * passed / letters
        yield Word(text, round(start, 3), round(stop, 3), probability)
