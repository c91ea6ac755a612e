"""Plausible words of a hypothesis: the rest comes from a decoder that is stuck.

Whisper repeats itself behind the end of the speech, or goes on to invent. The alignment has no
room for such words: they get no length, or many share an instant.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamwer.policies.overlap import fold_word
from streamwer.text.repetition import find_loop
from streamwer.types import Word

_SHORTEST_S = 0.06
"""Nobody says two words in less: five a tenth of a second are far beyond fast speech."""
_BEYOND_S = 0.1
"""Word times are not more exact: a word may begin so long after the end of the audio."""


def count_plausible(words: Sequence[Word], end: float) -> int:
    """Count the words at the beginning of a hypothesis that can have been said.

    Args:
        words: of one window, in order.
        end: of the window's audio, seconds on the stream's line.

    Returns:
        `len(words)` if all can; else the index of the first that cannot, because a loop begins to
        repeat itself there, because it shares an instant with the next or lies behind the audio.
    """
    looped = find_loop([fold_word(word) for word in words])
    limit = len(words) if looped is None else looped
    pairs = range(min(limit, len(words) - 1))
    crowded = (i for i in pairs if words[i + 1].end - words[i].start < _SHORTEST_S)
    beyond = (i for i in range(limit) if words[i].start > end + _BEYOND_S)
    return min(next(crowded, limit), next(beyond, limit))
