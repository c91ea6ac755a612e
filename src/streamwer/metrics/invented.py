"""Words invented where nobody speaks: what a recogniser makes of silence and noise.

Non-speech is a recording with an empty transcript, and where words have times, every stretch of
a second or longer in which there is none. An inserted word counts whose middle lies there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pandas as pd

from streamwer.types import Reference, Word

SHORTEST_S = 1.0
"""Of a stretch: shorter pauses are a part of speech, and word times are not exact."""
_MINUTE_S = 60.0
_WORDS, _SECONDS = "invented_words", "nonspeech_s"

Stretch = tuple[float, float]


class Invented(NamedTuple):
    """Words invented in a recording, and the seconds of non-speech that it is known to have."""

    words: int
    seconds: float

    def row(self) -> dict[str, float]:
        """The columns of the recordings table."""
        return {_WORDS: self.words, _SECONDS: self.seconds}


def count_invented(reference: Reference, inserted: Iterable[Word]) -> Invented:
    """Count the words of a recording that were invented in non-speech.

    Args:
        reference: what was said.
        inserted: words that were heard and not said.
    """
    stretches = list(find_nonspeech(reference))
    middles = [(word.start + word.end) / 2 for word in inserted]
    if not reference.text.strip() and not reference.unscored:
        return Invented(len(middles), reference.seconds)  # wherever a log says that they are
    words = sum(any(begin <= at < end for begin, end in stretches) for at in middles)
    return Invented(words, math.fsum(end - begin for begin, end in stretches))


def find_nonspeech(reference: Reference) -> Iterator[Stretch]:
    """Find where nobody speaks, as far as word times tell; not where nothing is scored."""
    if reference.text.strip() and not reference.words:
        return
    taken: list[Stretch] = [(word.start, word.end) for word in reference.words]
    at = 0.0
    for begin, end in sorted([*taken, *reference.unscored, (reference.seconds, math.inf)]):
        if begin - at >= SHORTEST_S:
            yield at, begin
        at = max(at, end)


def pool_invented(recordings: pd.DataFrame) -> float:
    """Pool the words invented per minute of non-speech.

    NaN where no recording that was streamed is known to have any, or where scores of earlier
    versions do not say.
    """
    if _SECONDS not in recordings:
        return math.nan
    done = recordings[recordings["failure"] == ""]
    minutes = float(done[_SECONDS].sum()) / _MINUTE_S
    return float(done[_WORDS].sum()) / minutes if minutes else math.nan
