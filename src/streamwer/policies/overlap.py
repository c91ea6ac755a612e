"""Where a new hypothesis leaves what was committed: so that no word is lost or said twice.

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


def form(word: Word) -> str:
    """How a word is compared: without case and surrounding punctuation."""
    return word.text.casefold().strip(_PUNCTUATION)


def repeated(committed: Sequence[Word], heard: Sequence[Word]) -> int:
    """How many words at the beginning of `heard` are already in `committed`.

    Args:
        committed: the committed words inside the window, oldest first.
        heard: the hypothesis of the window.
    """
    if not committed or not heard:
        return 0
    tail = committed[-TAIL_WORDS:]
    edits = _edits([form(word) for word in tail], [form(word) for word in heard])
    costs = [
        edits[k] + EDITS_PER_SECOND * _offset(tail[-1].end, heard, k) for k in range(len(heard) + 1)
    ]
    return costs.index(min(costs))


def _offset(end: float, heard: Sequence[Word], k: int) -> float:
    """Seconds between the end of the committed words and the split before `heard[k]`."""
    if k == 0:
        return max(0.0, end - (heard[0].start + heard[0].end) / 2)
    return abs(heard[k - 1].end - end)


def _edits(tail: Sequence[str], heard: Sequence[str]) -> list[int]:
    """Edit distance of `tail` to the best-matching end of `heard[:k]`, for every k."""
    row = [0] * (len(heard) + 1)  # the window may begin long before the tail: skipping is free
    for i, wanted in enumerate(tail, 1):
        above, row = row, [i]
        for j, found in enumerate(heard, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (wanted != found)))
    return row
