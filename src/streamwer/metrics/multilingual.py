"""A normaliser for any language: vowel signs stay, and scripts without spaces count by character.

What counts as a word is decided by script, not by a setting, so that a text in two languages is
counted as each is written. In Chinese, Japanese, Thai, Lao, Burmese and Khmer every character
with its marks is a token, so that their "word" error rate is a character error rate, as is usual
for them; that of a mixed text is the mixed error rate.
"""

from __future__ import annotations

import re

from whisper_normalizer.basic import BasicTextNormalizer

from streamwer.joining import UNSPACED

_OPTIONAL = re.compile(
    "[\u0640\u064b-\u0652\u0670"  # Arabic: the lengthening stroke, short vowels
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]"  # Hebrew: accents, vowels
)
"""What most writing leaves out."""
_MARKS = (
    "\u0300-\u036f\u3099\u309a\ufe00-\ufe0f"
    "\u0e31\u0e33-\u0e3a\u0e47-\u0e4e"  # Thai
    "\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ece"  # Lao
    "\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074"  # Burmese
    "\u1082-\u108d\u108f\u109a-\u109d"
    "\u17b4-\u17d3\u17dd"  # Khmer
)
_CHARACTER = re.compile(f"[{UNSPACED}][{_MARKS}]*")


class Multilingual:
    """Text in, tokens with a space between each two out; case and punctuation do not count."""

    def __init__(self) -> None:
        self._basic = BasicTextNormalizer(preserve_marks=True)

    def __call__(self, text: str) -> str:
        plain = str(self._basic(_OPTIONAL.sub("", text)))
        return " ".join(_CHARACTER.sub(r" \g<0> ", plain).split())
