"""Words on the stream's line, made of faster-whisper's pieces of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.recognisers.base import Window
from streamwer.recognisers.prompt import BROKEN
from streamwer.text.words import UNSPACED_LANGUAGES, is_mark, is_unspaced, is_word
from streamwer.types import Hypothesis, Word

_FRAME_S = 0.02  # of the alignment
_LETTER_S, _ONSET_S = 0.1, 0.3


class TimedText(NamedTuple):
    """Text with its spaces as the model wrote it; times are the window's own, in seconds."""

    text: str
    start: float
    end: float
    probability: float


def build_words(pieces: Iterable[TimedText], window: Window, language: str) -> tuple[Word, ...]:
    """Build words in order, without those that have no letter or digit and cut characters.

    faster-whisper parts "3.5", "o'clock" and "twenty-five" at their punctuation; they are put
    together again.

    Args:
        pieces: in order.
        window: where they were said.
        language: spoken in it, as a code.
    """
    words: list[Word] = []
    apart = True
    for piece in pieces:
        text = piece.text.replace(BROKEN, "")
        apart = apart or text[:1].isspace()
        if text.strip():
            apart = apart or (language in UNSPACED_LANGUAGES and _is_separate(words[-1].text, text))
            word = place_word(piece, text.strip(), window)
            words.append(word if apart or not words else _join_pieces(words.pop(), word))
            apart = False
        apart = apart or text[-1:].isspace()
    return tuple(word for word in words if is_word(word.text))


def build_aligned_words(
    pieces: Iterable[TimedText], window: Window, language: str
) -> tuple[Word, ...]:
    """Build words that the model's attention has placed, without the quiet before the first.

    The alignment takes quiet at the beginning of a window for the start of its first word.

    Args:
        pieces: in order.
        window: where they were said.
        language: spoken in it, as a code.
    """
    words = build_words(pieces, window, language)
    if not words or words[0].start - window.start / SAMPLE_RATE >= _FRAME_S:
        return words
    first = words[0]
    start = max(first.start, first.end - estimate_longest(first.text))
    return (replace(first, start=round(start, 3)), *words[1:])


def place_word(piece: TimedText, text: str, window: Window) -> Word:
    """Place a piece on the stream's line.

    Args:
        piece: with the window's own times, seconds.
        text: of the word.
        window: where it was said.
    """
    begin = window.start / SAMPLE_RATE
    start, end = round(begin + float(piece.start), 3), round(begin + float(piece.end), 3)
    return Word(text, start, end, round(float(piece.probability), 4))


def build_hypothesis(segments: Sequence[Any], window: Window, language: str) -> Hypothesis:
    """Build a hypothesis from faster-whisper's segments, on the stream's line.

    Args:
        segments: with their words.
        window: that was transcribed.
        language: spoken in it, as a code.
    """
    offset = window.start / SAMPLE_RATE
    parts = (part for segment in segments for part in segment.words or ())
    pieces = (TimedText(part.word, part.start, part.end, part.probability) for part in parts)
    return Hypothesis(
        words=build_aligned_words(pieces, window, language),
        segment_ends=tuple(round(segment.end + offset, 3) for segment in segments),
    )


def estimate_longest(text: str) -> float:
    """Estimate how long a word takes at most when it is said slowly, seconds."""
    return _ONSET_S + _LETTER_S * len(text.strip())


def _is_separate(before: str, text: str) -> bool:
    """Tell whether a piece is a word of its own in a language without spaces between words.

    Its characters are; a name in Latin letters among them stays whole, and so does a letter with
    its marks.
    """
    return (is_unspaced(before[-1]) or is_unspaced(text[0])) and not is_mark(text)


def _join_pieces(first: Word, second: Word) -> Word:
    probability = min(first.probability, second.probability)
    return Word(first.text + second.text, first.start, second.end, probability)
