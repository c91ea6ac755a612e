"""What a transcription server answers, as timed words on the stream's line.

Times are taken from the words of the answer; where it has none, a segment's words are spread over
the segment in proportion to their characters, and without segments over the whole window.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import accumulate, pairwise
from typing import Any, NoReturn

from streamwer.audio import seconds
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.recognisers.base import Window
from streamwer.recognisers.words import Piece, words
from streamwer.text.words import parted
from streamwer.types import Hypothesis

_SHOWN = 80


class AnswerError(ValueError):
    """An answer that is not a transcription; the message continues "…, but"."""


class Timing(Enum):
    """Where the times of words come from, from the best to the worst."""

    WORDS = "from the server"
    SEGMENTS = "spread over the server's segments by characters"
    WINDOW = "spread over the window by characters"

    @property
    def rank(self) -> int:
        return list(Timing).index(self)


def read(body: bytes, window: Window, language: str) -> tuple[Hypothesis, Timing]:
    """The words of an answer, in the order of their times and within the window.

    Args:
        body: JSON as OpenAI's `json` or `verbose_json`; times are the window's own, seconds.

    Raises:
        AnswerError: it is not such JSON.
    """
    answer = _parsed(body)
    try:
        segments = _entries(answer, "segments")
        pieces, timing = _pieces(answer, segments, seconds(len(window.audio)))
        ends = sorted(_number(each, "end") for each in segments if "end" in each)
    except (KeyError, TypeError, ValueError) as error:
        raise AnswerError(f"its answer is no transcription ({_reason(error)})") from error
    inside = [_inside(piece, seconds(len(window.audio))) for piece in pieces]
    said = words(sorted(inside, key=lambda piece: piece.start), window, language)
    begin, length = window.start / SAMPLE_RATE, seconds(len(window.audio))
    cuts = tuple(round(begin + min(max(end, 0.0), length), 3) for end in ends)
    return Hypothesis(said, cuts or tuple(word.end for word in said)), timing


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        text = " ".join(body[:_SHOWN].decode("utf-8", "replace").split())
        raise AnswerError(f"its answer is not JSON: {text!r}") from error
    if not isinstance(answer, dict) or not {"text", "segments", "words"} & set(answer):
        raise AnswerError("its answer is no transcription: it has neither text nor words")
    return answer


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _pieces(
    answer: Mapping[str, Any], segments: Sequence[Any], length: float
) -> tuple[list[Piece], Timing]:
    # Some servers put the words beside the segments, others into them.
    timed = _entries(answer, "words") or [
        word for each in segments for word in _entries(each, "words")
    ]
    if timed:
        return list(_timed(timed)), Timing.WORDS
    if any(_text(each, "text").strip() for each in segments):
        spread = (
            piece
            for each in segments
            for piece in _spread(_text(each, "text"), _number(each, "start"), _number(each, "end"))
        )
        return list(spread), Timing.SEGMENTS
    text = _text(answer, "text") if answer.get("text") is not None else ""
    found = list(_spread(text, 0.0, length))
    return found, Timing.WINDOW if found else Timing.WORDS


def _timed(entries: Sequence[Any]) -> Iterator[Piece]:
    texts = [_text(each, "word") for each in entries]
    # Whisper's own pieces carry their spaces; OpenAI sends words without any.
    glue = "" if any(text[:1].isspace() for text in texts) else " "
    for text, each in zip(texts, entries, strict=True):
        sure = _number(each, "probability") if each.get("probability") is not None else 1.0
        yield Piece(
            glue + text, _number(each, "start"), _number(each, "end"), min(max(sure, 0.0), 1.0)
        )


def _spread(text: str, start: float, end: float) -> Iterator[Piece]:
    """The words of a text over a stretch of time, each as long as its share of characters."""
    said = parted(text)
    total = sum(map(len, said))
    shares = accumulate((len(word) / total for word in said), initial=0.0)
    moments = [start + share * (end - start) for share in shares]
    for word, (begin, finish) in zip(said, pairwise(moments), strict=False):
        yield Piece(f" {word}", begin, finish, 1.0)


def _inside(piece: Piece, length: float) -> Piece:
    start = min(max(piece.start, 0.0), length)
    return piece._replace(start=start, end=min(max(piece.end, start), length))


def _entries(record: Any, key: str) -> list[Any]:
    """A list of objects; empty where it is missing or null."""
    found = record.get(key) or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise TypeError(f"{key} is not a list of objects")
    return found


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} is not a text")
    return value


def _number(record: Mapping[str, Any], key: str) -> float:
    value = record[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{key} is not a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{key} is not finite")
    return number


def _reason(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)
