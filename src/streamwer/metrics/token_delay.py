"""Average Token Delay: how long after its share of the audio each word came."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

_PSEUDO_WORD = 0.3
"""Seconds of audio that count as one source word: the convention of SimulEval and the paper."""
_TICKS = 1_000_000
"""Microseconds, so that 0.9 s are three pseudo-words and nothing over."""


def average_token_delay(heard: Sequence[float], emitted: Sequence[float]) -> float:
    """ATD of one recording, seconds; Kano et al. 2023, for words of text, which last no time.

    The audio that each chunk of words waited for is cut into pseudo-words of 0.3 s and a rest.
    Word `t` is paired with pseudo-word `t − max(0, words − pseudo-words before its chunk)`, or
    with the last one heard if that is earlier; its delay is `emitted` less the end of that.

    Args:
        heard: how much audio had been heard when each word was emitted, never falling.
        emitted: when each was emitted; the same again for the ideal figure.

    Returns:
        NaN where nothing was emitted, or the log does not say what was heard.
    """
    if not heard or any(map(math.isnan, heard)):
        return math.nan
    delays: list[float] = []
    ends = [0]
    for audio_end, chunk in groupby(zip(heard, emitted, strict=True), key=itemgetter(0)):
        ahead = max(0, len(delays) - (len(ends) - 1))
        ends += _pseudo_words(ends[-1], round(audio_end * _TICKS))
        for place, (_, moment) in enumerate(chunk, start=len(delays) + 1):
            delays.append(moment - ends[min(place - ahead, len(ends) - 1)] / _TICKS)
    return sum(delays) / len(delays)


def _pseudo_words(start: int, end: int) -> Iterator[int]:
    """The ends of the pseudo-words between two moments, in ticks."""
    yield from range(start + round(_PSEUDO_WORD * _TICKS), end, round(_PSEUDO_WORD * _TICKS))
    if end > start:
        yield end
