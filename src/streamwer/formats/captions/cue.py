"""One caption cue: its times and its lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from streamwer.text.words import join_words

COLUMNS = 42
"""Width of a line in terminal cells: a Chinese character takes two, a vowel mark none."""
_PUNCTUATION_BONUS = 12


@dataclass(frozen=True, slots=True)
class Cue:
    """A caption; seconds on the stream's clock, to the millisecond."""

    start: float
    end: float
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The text on one line."""
        return join_words(self.lines)


def break_lines(words: Sequence[str]) -> tuple[str, ...] | None:
    """Break words into one line, or two of about the same width; None if they do not fit.

    A single word that is too long for a line stays whole.
    """
    whole = join_words(words)
    if len(words) == 1 or cell_len(whole) <= COLUMNS:
        return (whole,)
    fitting = [
        (join_words(words[:i]), join_words(words[i:]))
        for i in range(1, len(words))
        if _fits_line(words[:i]) and _fits_line(words[i:])
    ]
    return min(fitting, key=_measure_raggedness, default=None)


def sanitise_text(text: str) -> str:
    """Return a word's text on one line, without characters that captions cannot have."""
    printable = "".join("\ufffd" if _is_control(character) else character for character in text)
    return " ".join(printable.split())


def _fits_line(words: Sequence[str]) -> bool:
    return len(words) == 1 or cell_len(join_words(words)) <= COLUMNS


def _measure_raggedness(lines: tuple[str, str]) -> tuple[int, int]:
    """Difference of the widths; a break behind a punctuation mark is worth some columns."""
    first, second = lines
    behind = unicodedata.category(first[-1]).startswith("P")
    return abs(cell_len(first) - cell_len(second)) - _PUNCTUATION_BONUS * behind, len(first)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") and not character.isspace()
