"""The point where a new hypothesis goes beyond the committed words: none is lost or repeated.

Successive windows overlap, and so do their transcripts. Word times jitter by a few tenths of
a second between decodes, and speech repeats itself ("no no", "five five two"), so neither
time nor text alone can tell which words of a new hypothesis are already committed. The split
minimises both: the edit distance between the committed tail and the words before the split,
plus how far the split lies from the end of the last committed word.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamwer.types import Word

TAIL_WORDS = 12
EDITS_PER_SECOND = 2.0
"""A boundary that is one second off weighs as much as two wrong words."""

_PUNCTUATION = ".,;:!?\"'()[]…-–—"


def fold_word(word: Word) -> str:
    """Return a word's text for comparison: without case and surrounding punctuation."""
    return word.text.casefold().strip(_PUNCTUATION)


def count_repeated(committed: Sequence[Word], words: Sequence[Word]) -> int:
    """Count the words at the beginning of a hypothesis that are committed already.

    Args:
        committed: the committed words inside the window, oldest first.
        words: the hypothesis of the window.
    """
    if not committed or not words:
        return 0
    tail = committed[-TAIL_WORDS:]
    edits = _count_edits([fold_word(word) for word in tail], [fold_word(word) for word in words])
    costs = [
        edits[k] + EDITS_PER_SECOND * _offset(tail[-1].end, words, k) for k in range(len(words) + 1)
    ]
    return costs.index(min(costs))


def _offset(end: float, words: Sequence[Word], k: int) -> float:
    """Return the seconds between the end of the committed words and the split before `words[k]`."""
    if k == 0:
        return max(0.0, end - (words[0].start + words[0].end) / 2)
    return abs(words[k - 1].end - end)


def _count_edits(tail: Sequence[str], words: Sequence[str]) -> list[int]:
    """Compute the edit distance of `tail` to the best-matching end of `words[:k]`, for every k."""
    row = [0] * (len(words) + 1)  # the window may begin long before the tail: skipping is free
    for i, committed in enumerate(tail, 1):
        above, row = row, [i]
        for j, text in enumerate(words, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (committed != text)))
    return row
