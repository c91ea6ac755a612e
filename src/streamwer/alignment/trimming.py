"""Words without the pauses around them, which an alignment gives to the word before or after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from streamwer.types import Word

Span = tuple[float, float]
_REMNANT_S, _ONLY_REMNANT_S, _PAUSE_S = 0.4, 0.15, 0.2
"""Speech no longer than that before a pause no shorter than this is the end of the word before."""
_LEAST_S = 0.04  # of a word, so that it does not count as one without a place
_TAIL_S = 0.5
"""Most that a word is lengthened to the end of the speech that it stands in."""

_SQUEEZED_S, STRETCHED_S = 0.03, 3.0


def odd(word: Word) -> bool:
    """Whether a word lasts so short or long that it is where it was put for want of a place."""
    return not _SQUEEZED_S < word.end - word.start <= STRETCHED_S


def trimmed(words: Sequence[Word], speech: Sequence[Span]) -> tuple[Word, ...]:
    """The words, each from its first speech to its last; one without speech of its own stays.

    Attention leaves a word early, and nothing holds it at the end of the last one: speech that
    goes on before a pause, or after the last word, is the end of the word before it.

    Args:
        words: in order, none overlapping the next.
        speech: where there is speech, in order; seconds on the same line.
    """
    found: list[Word] = []
    for word in words:
        spoken = list(inside(speech, word.start, word.end))
        remnant = _remnant(word, spoken)
        if remnant and found:
            found[-1] = _lengthened(found[-1], remnant)
        found.append(_held(word, spoken[1:]) if remnant else _trimmed(word, spoken))
    if found:
        after = list(inside(speech, found[-1].end, found[-1].end + _TAIL_S))
        found[-1] = _lengthened(found[-1], after[0]) if after else found[-1]
    return tuple(found)


def inside(speech: Sequence[Span], begin: float, end: float) -> Iterator[Span]:
    """The speech between two times."""
    for first, last in speech:
        if first < end and last > begin:
            yield max(first, begin), min(last, end)


def measure_speech(word: Word, speech: Sequence[Span]) -> float:
    """Seconds of a word's time in which there is speech."""
    return sum(last - first for first, last in inside(speech, word.start, word.end))


def _remnant(word: Word, spoken: Sequence[Span]) -> Span | None:
    """What the word has of the one before it: speech that goes on into it, up to a pause.

    Where that is all the speech it has, it must be shorter to be another's.
    """
    if not spoken or spoken[0][0] > word.start:
        return None
    (begin, end), resumed = spoken[0], spoken[1][0] if len(spoken) > 1 else word.end
    longest = _REMNANT_S if len(spoken) > 1 else _ONLY_REMNANT_S
    return spoken[0] if end - begin <= longest and resumed - end >= _PAUSE_S else None


def _held(word: Word, spoken: Sequence[Span]) -> Word:
    """What is left of a word without its remnant, which is short because it was heard early."""
    left = _trimmed(word, spoken)
    return replace(left, start=round(min(left.start, left.end - _LEAST_S), 3))


def _lengthened(word: Word, speech: Span) -> Word:
    """Up to the end of speech that goes on where the word ends."""
    goes_on = speech[0] - word.end < _PAUSE_S and speech[1] > word.end
    return replace(word, end=round(min(speech[1], word.end + _TAIL_S), 3)) if goes_on else word


def _trimmed(word: Word, spoken: Sequence[Span]) -> Word:
    if not spoken:
        return word
    return replace(word, start=round(spoken[0][0], 3), end=round(spoken[-1][1], 3))
