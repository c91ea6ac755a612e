"""Words without the pauses around them, which an alignment gives to the word before or after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from streamwer.transcript import Word

Span = tuple[float, float]
_REMNANT_S, _PAUSE_S = 0.15, 0.2
"""Speech so short before a pause so long is the end of the word before."""

_SQUEEZED_S, STRETCHED_S = 0.03, 3.0


def odd(word: Word) -> bool:
    """Whether a word lasts so short or long that it is where it was put for want of a place."""
    return not _SQUEEZED_S < word.end - word.start <= STRETCHED_S


def trimmed(words: Sequence[Word], speech: Sequence[Span]) -> tuple[Word, ...]:
    """The words, each from its first speech to its last; one without speech of its own stays.

    Args:
        words: in order, none overlapping the next.
        speech: where there is speech, in order; seconds on the same line.
    """
    return tuple(_trimmed(word, list(inside(speech, word.start, word.end))) for word in words)


def inside(speech: Sequence[Span], begin: float, end: float) -> Iterator[Span]:
    """The speech between two times."""
    for first, last in speech:
        if first < end and last > begin:
            yield max(first, begin), min(last, end)


def silent(words: Sequence[Word], speech: Sequence[Span]) -> float:
    """Seconds of the words' time without speech."""
    spoken = sum(
        last - first for word in words for first, last in inside(speech, word.start, word.end)
    )
    return sum(word.end - word.start for word in words) - spoken


def _trimmed(word: Word, spoken: list[Span]) -> Word:
    if spoken:
        (begin, end), resumed = spoken[0], spoken[1][0] if len(spoken) > 1 else word.end
        if end - begin <= _REMNANT_S and resumed - end >= _PAUSE_S:
            del spoken[0]
    if not spoken:
        return word
    return replace(word, start=round(spoken[0][0], 3), end=round(spoken[-1][1], 3))
