"""Reference words with times: parsed from a column, checked against transcript and audio."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from streamwer._util.strict_json import parse_json
from streamwer.errors import DatasetError
from streamwer.formats.format_value import format_value
from streamwer.formats.recording_ids import normalise_nfc
from streamwer.types import Word

TOLERANCE_S = 0.01  # times are often rounded to hundredths
LONGEST_S = 1e9  # beyond it, a time is a mistake: infinite, or too long a number to be a float


def parse_word_times(value: object, text: str) -> tuple[Word, ...]:
    """Parse the words in a column's value: a list of {text, start, end}, or that list as JSON.

    None, an empty text and an empty list mean that the words' times are unknown.

    Raises:
        DatasetError: the value is something else, the times do not rise, or the words are not
            those of the transcript (apart from case, punctuation and white space).
    """
    items = (_decode_json(value) if isinstance(value, str) else value) or ()
    if not isinstance(items, list | tuple):
        raise DatasetError("its words are not a list of {text, start, end}")
    words = tuple(_parse_word(item, number) for number, item in enumerate(items, start=1))
    for one, other in pairwise(words):
        if other.start < one.start or other.end < one.end:
            raise DatasetError(
                f"its words go back in time: {_format_word(one)} before {_format_word(other)}"
            )
    if words and extract_letters("".join(word.text for word in words)) != extract_letters(text):
        raise DatasetError("its words are not the words of its transcript")
    return words


def is_valid_text(text: str) -> bool:
    """Tell whether a text can be written as UTF-8: half a surrogate pair, from JSON, cannot.

    A NUL is refused too: it comes from a text in UTF-16, or from no text at all.
    """
    return not any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in text)


def check_word_ends(words: tuple[Word, ...], seconds: float) -> None:
    """Check that no word ends after the audio does, apart from rounding.

    Raises:
        DatasetError: one does.
    """
    for word in words:
        if word.end > seconds + TOLERANCE_S:
            raise DatasetError(
                f"its word {_format_word(word)} ends after the audio does, at {seconds} s"
            )


def _decode_json(value: str) -> object:
    try:
        return parse_json(value) if value.strip() else None
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"its words are not JSON ({error})") from error


def _parse_word(item: object, number: int) -> Word:
    if not isinstance(item, Mapping) or not isinstance(item.get("text"), str):
        raise DatasetError(f"its word {number} is {format_value(item)}, not {{text, start, end}}")
    if not is_valid_text(item["text"]):
        raise DatasetError(
            f"its word {number} holds broken characters: '{format_value(item['text'])}'"
        )
    word = Word(item["text"], _parse_time(item, "start", number), _parse_time(item, "end", number))
    if not 0 <= word.start <= word.end:
        raise DatasetError(
            f"its word {_format_word(word)} ends before it starts, or starts below 0"
        )
    return word


def _parse_time(item: Mapping[str, object], name: str, number: int) -> float:
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LONGEST_S:
        raise DatasetError(
            f"its word {number} ('{format_value(item['text'])}') has the {name}"
            f" {format_value(value)}"
        )
    return float(value)


def extract_letters(text: str) -> str:
    """Return the letters and digits of a text, in NFC and case-folded."""
    # NFC: "é" is one letter, but an "e" and a mark in a file name from macOS.
    return "".join(letter for letter in normalise_nfc(text).casefold() if letter.isalnum())


def _format_word(word: Word) -> str:
    return f"'{format_value(word.text)}' ({word.start}–{word.end} s)"
