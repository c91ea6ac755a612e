"""Words put together to a text: with spaces between them, but not in scripts that have none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u2e80-\u30ff\u3105-\u312f\u31a0-\u4dbf\u4e00-\u9fff"  # Chinese, Japanese
    "\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
"""Characters of scripts without spaces between words, as ranges of a regular expression."""
LANGUAGES = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
"""Languages of such scripts in which faster-whisper takes every character for a word."""
_UNSPACED = re.compile(f"[{UNSPACED}]")


def joined(words: Iterable[str]) -> str:
    """The text of words in order."""
    parts: list[str] = []
    for word in words:
        if parts and spaced(parts[-1], word):
            parts.append(" ")
        parts.append(word)
    return "".join(parts)


def spaced(left: str, right: str) -> bool:
    """Whether a space belongs between two words.

    Not beside a character of a script without spaces, nor before a mark that stands on the
    character before it.
    """
    if not left or not right:
        return False
    return not (mark(right) or unspaced(left[-1]) or unspaced(right[0]))


def mark(text: str) -> bool:
    """Whether a text begins with a mark that stands on the character before it."""
    return unicodedata.category(text[0]).startswith("M")


def unspaced(character: str) -> bool:
    """Whether a character is of a script without spaces between words."""
    return _UNSPACED.match(character) is not None
