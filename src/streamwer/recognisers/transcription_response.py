"""Responses of a transcription server, read into timed words on the stream's line.

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

from streamwer.audio import samples_to_seconds
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.recognisers.base import Window
from streamwer.recognisers.words import TimedText, build_words
from streamwer.text.words import split_words
from streamwer.types import Hypothesis

_SHOWN = 80


class ResponseError(ValueError):
    """An answer that is not a transcription; the message continues "…, but"."""


class WordTiming(Enum):
    """The source of word times, from the best to the worst."""

    WORDS = "from the server"
    SEGMENTS = "spread over the server's segments by characters"
    WINDOW = "spread over the window by characters"

    @property
    def rank(self) -> int:
        return list(WordTiming).index(self)


def parse_response(body: bytes, window: Window, language: str) -> tuple[Hypothesis, WordTiming]:
    """Parse an answer into words, in the order of their times and within the window.

    Args:
        body: JSON as OpenAI's `json` or `verbose_json`; times are the window's own, seconds.
        window: that was posted.
        language: spoken in it, as a code; empty if unknown.

    Raises:
        ResponseError: it is not such JSON.
    """
    answer, begin = _parse_json(body), window.start / SAMPLE_RATE
    length = samples_to_seconds(len(window.audio))
    try:
        segments = _read_list(answer, "segments")
        pieces, timing = _read_pieces(answer, segments, length)
        ends = sorted(_read_number(each, "end") for each in segments if "end" in each)
    except (KeyError, TypeError, ValueError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise ResponseError(f"its answer is no transcription ({reason})") from error
    inside = [_clip(piece, length) for piece in pieces]
    words = build_words(sorted(inside, key=lambda piece: piece.start), window, language)
    cuts = tuple(round(begin + min(max(end, 0.0), length), 3) for end in ends)
    return Hypothesis(words, cuts or tuple(word.end for word in words)), timing


def _parse_json(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        text = " ".join(body[:_SHOWN].decode("utf-8", "replace").split())
        raise ResponseError(f"its answer is not JSON: {text!r}") from error
    if not isinstance(answer, dict) or not {"text", "segments", "words"} & set(answer):
        raise ResponseError("its answer is no transcription: it has neither text nor words")
    return answer


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _read_pieces(
    answer: Mapping[str, Any], segments: Sequence[Any], length: float
) -> tuple[list[TimedText], WordTiming]:
    # Some servers put the words beside the segments, others into them.
    timed = _read_list(answer, "words") or [
        word for each in segments for word in _read_list(each, "words")
    ]
    if timed:
        return list(_read_timed(timed)), WordTiming.WORDS
    if any(_read_text(each, "text").strip() for each in segments):
        pieces: list[TimedText] = []
        for each in segments:
            text = _read_text(each, "text")
            pieces += _spread_words(text, _read_number(each, "start"), _read_number(each, "end"))
        return pieces, WordTiming.SEGMENTS
    text = _read_text(answer, "text") if answer.get("text") is not None else ""
    evenly = list(_spread_words(text, 0.0, length))
    return evenly, WordTiming.WINDOW if evenly else WordTiming.WORDS


def _read_timed(entries: Sequence[Any]) -> Iterator[TimedText]:
    texts = [_read_text(each, "word") for each in entries]
    # Whisper's own pieces carry their spaces; OpenAI sends words without any.
    glue = "" if any(text[:1].isspace() for text in texts) else " "
    for text, each in zip(texts, entries, strict=True):
        sure = _read_number(each, "probability") if each.get("probability") is not None else 1.0
        yield TimedText(
            glue + text,
            _read_number(each, "start"),
            _read_number(each, "end"),
            min(max(sure, 0.0), 1.0),
        )


def _spread_words(text: str, start: float, end: float) -> Iterator[TimedText]:
    """Spread the words of a text over a span of time by their share of characters."""
    words = split_words(text)
    total = sum(map(len, words))
    shares = accumulate((len(word) / total for word in words), initial=0.0)
    moments = [start + share * (end - start) for share in shares]
    for word, (begin, finish) in zip(words, pairwise(moments), strict=False):
        yield TimedText(f" {word}", begin, finish, 1.0)


def _clip(piece: TimedText, length: float) -> TimedText:
    start = min(max(piece.start, 0.0), length)
    return piece._replace(start=start, end=min(max(piece.end, start), length))


def _read_list(record: Any, key: str) -> list[Any]:
    """Read a list of objects; empty where it is missing or null."""
    entries = record.get(key) or []
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise TypeError(f"{key} is not a list of objects")
    return entries


def _read_text(record: Mapping[str, Any], key: str) -> str:
    value = record[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} is not a text")
    return value


def _read_number(record: Mapping[str, Any], key: str) -> float:
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
