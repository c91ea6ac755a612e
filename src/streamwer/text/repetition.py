"""Words said again and again in a row, which no speaker does but a decoder that is stuck."""

from __future__ import annotations

from collections.abc import Sequence

_TIMES, _LONG = 3, 8
"""A block of words that comes this often in a row, and makes this many words in all, is a loop:
a telephone number with "five five five five" is not."""
_LONGEST_BLOCK = 24


def loop(words: Sequence[str]) -> int | None:
    """Where a loop begins to repeat itself: what is before it is worth keeping. None without one.

    >>> loop("call me back call me back call me back".split())
    3
    """
    for begin in range(len(words)):
        for size in range(1, min(_LONGEST_BLOCK, (len(words) - begin) // _TIMES) + 1):
            if _repeats(words, begin, size) >= max(_TIMES, -(-_LONG // size)):
                return begin + size
    return None


def _repeats(words: Sequence[str], begin: int, size: int) -> int:
    """How often the block of `size` words at `begin` comes in a row."""
    block, count = words[begin : begin + size], 1
    while words[begin + count * size : begin + (count + 1) * size] == block:
        count += 1
    return count
