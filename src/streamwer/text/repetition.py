"""Detection of repetition loops: a stuck decoder says the same words again and again."""

from __future__ import annotations

from collections.abc import Sequence

_MIN_REPEATS, _MIN_WORDS = 3, 8
"""A block of words that is repeated this often, and makes this many words in all, is a loop: a
telephone number with "five five five five" is not."""
_LONGEST_BLOCK = 24


def find_loop(words: Sequence[str]) -> int | None:
    """Return the index at which a loop begins to repeat itself, or None without a loop.

    The words before it are worth keeping.

    >>> loop("call me back call me back call me back".split())
    3
    """
    for begin in range(len(words)):
        for size in range(1, min(_LONGEST_BLOCK, (len(words) - begin) // _MIN_REPEATS) + 1):
            if _count_repeats(words, begin, size) >= max(_MIN_REPEATS, -(-_MIN_WORDS // size)):
                return begin + size
    return None


def _count_repeats(words: Sequence[str], begin: int, size: int) -> int:
    """Count how often the block of `size` words at `begin` is repeated in a row."""
    block, count = words[begin : begin + size], 1
    while words[begin + count * size : begin + (count + 1) * size] == block:
        count += 1
    return count
