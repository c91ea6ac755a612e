"""One caption: when it is on the screen, and its lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from streamwer.text.words import joined

COLUMNS = 42
"""Of a line, as terminals and editors count: a Chinese character takes two, a vowel mark none."""
_WORTH = 12


@dataclass(frozen=True, slots=True)
class Cue:
    """A caption; seconds on the stream's line, to the millisecond."""

    start: float
    end: float
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """On one line."""
        return joined(self.lines)


def layout(words: Sequence[str]) -> tuple[str, ...] | None:
    """The words in one line, or in two of about the same width; None if they do not fit.

    A word that is too long for a line by itself stays whole.
    """
    whole = joined(words)
    if len(words) == 1 or cell_len(whole) <= COLUMNS:
        return (whole,)
    fitting = [
        (joined(words[:i]), joined(words[i:]))
        for i in range(1, len(words))
        if _fits(words[:i]) and _fits(words[i:])
    ]
    return min(fitting, key=_raggedness, default=None)


def cleaned(text: str) -> str:
    """A word's text on one line, without characters that a file of captions may not hold."""
    kept = "".join("\ufffd" if _control(character) else character for character in text)
    return " ".join(kept.split())


def _fits(words: Sequence[str]) -> bool:
    return len(words) == 1 or cell_len(joined(words)) <= COLUMNS


def _raggedness(lines: tuple[str, str]) -> tuple[int, int]:
    """How uneven; a break behind a punctuation mark is worth some columns."""
    first, second = lines
    behind = unicodedata.category(first[-1]).startswith("P")
    return abs(cell_len(first) - cell_len(second)) - _WORTH * behind, len(first)


def _control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") and not character.isspace()
