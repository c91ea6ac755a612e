"""Reference words with their times: read from a column, checked against transcript and audio."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from streamwer._util.strict_json import parse_json
from streamwer.errors import DatasetError
from streamwer.formats.format_value import told
from streamwer.formats.recording_ids import composed
from streamwer.types import Word

TOLERANCE_S = 0.01  # times are often rounded to hundredths
LONGEST_S = 1e9  # beyond it, a time is a mistake: infinite, or too long a number to be a float


def parse(value: object, text: str) -> tuple[Word, ...]:
    """The words in a column's value: a list of {text, start, end}, or that list as JSON text.

    Nothing, an empty text and an empty list mean that the words' times are not known.

    Raises:
        DatasetError: the value is something else, the times do not rise, or the words are not
            those of the transcript (apart from case, punctuation and white space).
    """
    items = (_decoded(value) if isinstance(value, str) else value) or ()
    if not isinstance(items, list | tuple):
        raise DatasetError("its words are not a list of {text, start, end}")
    words = tuple(_word(item, number) for number, item in enumerate(items, start=1))
    for one, other in pairwise(words):
        if other.start < one.start or other.end < one.end:
            raise DatasetError(f"its words go back in time: {_told(one)} before {_told(other)}")
    if words and letters("".join(word.text for word in words)) != letters(text):
        raise DatasetError("its words are not the words of its transcript")
    return words


def writable(text: str) -> bool:
    """Whether a text is one: half a surrogate pair, from JSON, cannot be written as UTF-8.

    Nor does anything that was said have a NUL: that is a text in UTF-16, or no text at all.
    """
    return not any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in text)


def check_inside(words: tuple[Word, ...], seconds: float) -> None:
    """See that no word ends after the audio does, save for rounding.

    Raises:
        DatasetError: one does.
    """
    for word in words:
        if word.end > seconds + TOLERANCE_S:
            raise DatasetError(f"its word {_told(word)} ends after the audio does, at {seconds} s")


def _decoded(value: str) -> object:
    try:
        return parse_json(value) if value.strip() else None
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"its words are not JSON ({error})") from error


def _word(item: object, number: int) -> Word:
    if not isinstance(item, Mapping) or not isinstance(item.get("text"), str):
        raise DatasetError(f"its word {number} is {told(item)}, not {{text, start, end}}")
    if not writable(item["text"]):
        raise DatasetError(f"its word {number} holds broken characters: '{told(item['text'])}'")
    word = Word(item["text"], _time(item, "start", number), _time(item, "end", number))
    if not 0 <= word.start <= word.end:
        raise DatasetError(f"its word {_told(word)} ends before it starts, or starts below 0")
    return word


def _time(item: Mapping[str, object], name: str, number: int) -> float:
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LONGEST_S:
        raise DatasetError(
            f"its word {number} ('{told(item['text'])}') has the {name} {told(value)}"
        )
    return float(value)


def letters(text: str) -> str:
    """What of a text tells its words: its letters and digits, composed and without case."""
    # Composed: "é" is one letter, but an "e" and a mark where a Mac has written it.
    return "".join(letter for letter in composed(text).casefold() if letter.isalnum())


def _told(word: Word) -> str:
    return f"'{told(word.text)}' ({word.start}–{word.end} s)"
