"""From faster-whisper's pieces of text to words on the stream's line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.recognisers.base import Window
from streamwer.recognisers.prompt import BROKEN
from streamwer.text.words import LANGUAGES, is_word, mark, unspaced
from streamwer.types import Word


class Piece(NamedTuple):
    """Text with its spaces as the model wrote it; times are the window's own, in seconds."""

    text: str
    start: float
    end: float
    probability: float


def words(pieces: Iterable[Piece], window: Window, language: str) -> tuple[Word, ...]:
    """Words in order; one without a letter or digit is none, nor is a character that was cut.

    faster-whisper parts "3.5", "o'clock" and "twenty-five" at their punctuation; they are put
    together again.
    """
    found: list[Word] = []
    apart = True
    for piece in pieces:
        text = piece.text.replace(BROKEN, "")
        apart = apart or text[:1].isspace()
        if text.strip():
            apart = apart or (language in LANGUAGES and _parted(found[-1].text, text))
            word = placed(piece, text.strip(), window)
            found.append(word if apart or not found else _joined(found.pop(), word))
            apart = False
        apart = apart or text[-1:].isspace()
    return tuple(word for word in found if is_word(word.text))


def placed(piece: Piece, text: str, window: Window) -> Word:
    """A piece as a word on the stream's line."""
    begin = window.start / SAMPLE_RATE
    start, end = round(begin + float(piece.start), 3), round(begin + float(piece.end), 3)
    return Word(text, start, end, round(float(piece.probability), 4))


def _parted(before: str, text: str) -> bool:
    """Whether a piece is a word of its own in a language that puts no spaces between words.

    Its characters are; a name in Latin letters among them stays whole, and so does a letter with
    its marks.
    """
    return (unspaced(before[-1]) or unspaced(text[0])) and not mark(text)


def _joined(first: Word, second: Word) -> Word:
    probability = min(first.probability, second.probability)
    return Word(first.text + second.text, first.start, second.end, probability)
