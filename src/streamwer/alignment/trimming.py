"""Trim pauses from aligned words, since alignments add a pause to the word before or after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from streamwer.types import Word

Span = tuple[float, float]
_REMNANT_S, _ONLY_REMNANT_S, _PAUSE_S = 0.4, 0.15, 0.2
"""Longest speech, and shortest pause after it, that count as the end of the word before."""
_LEAST_S = 0.04  # shortest trimmed word, above the implausible lengths
_TAIL_S = 0.5
"""Longest extension of a word to the end of its speech."""

_SQUEEZED_S, STRETCHED_S = 0.03, 3.0


def has_implausible_duration(word: Word) -> bool:
    """Tell whether a word is too short or too long: the aligner found no place for it."""
    return not _SQUEEZED_S < word.end - word.start <= STRETCHED_S


def trim_pauses(words: Sequence[Word], speech: Sequence[Span]) -> tuple[Word, ...]:
    """Trim each word to its first and last speech; a word without speech stays as it is.

    Attention leaves a word early, and always the last one: speech that continues up to a pause, or
    after the last word, belongs to the word before it.

    Args:
        words: in order, none overlapping the next.
        speech: spans of speech, in order; seconds on the same time line.
    """
    trimmed: list[Word] = []
    for word in words:
        spoken = list(clip_speech(speech, word.start, word.end))
        remnant = _find_remnant(word, spoken)
        if remnant and trimmed:
            trimmed[-1] = _lengthen(trimmed[-1], remnant)
        trimmed.append(_drop_remnant(word, spoken[1:]) if remnant else _trim_word(word, spoken))
    if trimmed:
        after = list(clip_speech(speech, trimmed[-1].end, trimmed[-1].end + _TAIL_S))
        trimmed[-1] = _lengthen(trimmed[-1], after[0]) if after else trimmed[-1]
    return tuple(trimmed)


def clip_speech(speech: Sequence[Span], begin: float, end: float) -> Iterator[Span]:
    """Clip the spans of speech to a time span.

    Args:
        speech: spans of speech, seconds.
        begin: of the time span, seconds.
        end: of the time span, seconds.
    """
    for first, last in speech:
        if first < end and last > begin:
            yield max(first, begin), min(last, end)


def measure_speech(word: Word, speech: Sequence[Span]) -> float:
    """Measure the speech within a word's time, seconds."""
    return sum(last - first for first, last in clip_speech(speech, word.start, word.end))


def _find_remnant(word: Word, spoken: Sequence[Span]) -> Span | None:
    """Find the end of the word before: speech that continues into this word, up to a pause.

    Where it is all the speech of this word, a shorter limit applies.
    """
    if not spoken or spoken[0][0] > word.start:
        return None
    (begin, end), resumed = spoken[0], spoken[1][0] if len(spoken) > 1 else word.end
    longest = _REMNANT_S if len(spoken) > 1 else _ONLY_REMNANT_S
    return spoken[0] if end - begin <= longest and resumed - end >= _PAUSE_S else None


def _drop_remnant(word: Word, spoken: Sequence[Span]) -> Word:
    """Trim a word without the end of the word before; keep at least the shortest length."""
    trimmed = _trim_word(word, spoken)
    return replace(trimmed, start=round(min(trimmed.start, trimmed.end - _LEAST_S), 3))


def _lengthen(word: Word, speech: Span) -> Word:
    """Lengthen a word to the end of the speech that continues after it."""
    continues = speech[0] - word.end < _PAUSE_S and speech[1] > word.end
    return replace(word, end=round(min(speech[1], word.end + _TAIL_S), 3)) if continues else word


def _trim_word(word: Word, spoken: Sequence[Span]) -> Word:
    if not spoken:
        return word
    return replace(word, start=round(spoken[0][0], 3), end=round(spoken[-1][1], 3))
