"""Average Token Delay: how long after its share of the audio each word came."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from streamwer.metrics.registry import Display, WordDelays, simulst_metric

_PSEUDO_WORD = 0.3
"""Seconds of audio that count as one source word: the convention of SimulEval and the paper."""
_TICKS = 1_000_000
"""Microseconds, so that 0.9 s are three pseudo-words and nothing over."""


@simulst_metric("atd", source="Kano et al. 2023", shown=Display(place=63, label="ATD"))
def average_token_delay(words: WordDelays) -> float:
    """Compute ATD of one recording in seconds, for words of text, which last no time.

    The audio that each chunk of words waited for is cut into pseudo-words of 0.3 s and a rest.
    Word `t` is paired with pseudo-word `t − max(0, words − pseudo-words before its chunk)`, or
    with the last one heard if that is earlier; its delay is counted from the end of that.
    Kano et al. 2023.

    Returns:
        NaN where nothing was emitted, or the log does not say what was heard.
    """
    if not words.audio or any(map(math.isnan, words.audio)):
        return math.nan
    delays: list[float] = []
    ends = [0]
    for audio_end, chunk in groupby(zip(*words[:2], strict=True), key=itemgetter(0)):
        ahead = max(0, len(delays) - (len(ends) - 1))
        ends += _split_into_pseudo_words(ends[-1], round(audio_end * _TICKS))
        for place, (_, moment) in enumerate(chunk, start=len(delays) + 1):
            delays.append(moment - ends[min(place - ahead, len(ends) - 1)] / _TICKS)
    return sum(delays) / len(delays)


def _split_into_pseudo_words(start: int, end: int) -> Iterator[int]:
    """Yield the ends of the pseudo-words between two moments, in ticks."""
    yield from range(start + round(_PSEUDO_WORD * _TICKS), end, round(_PSEUDO_WORD * _TICKS))
    if end > start:
        yield end
