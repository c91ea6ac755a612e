"""A normaliser for any language: vowel signs stay, scripts without spaces count by character.

The script decides what a word is, not a setting, so a text in two languages is counted as each is
written. In Chinese, Japanese, Thai, Lao, Burmese and Khmer every character with its marks is a
token: their "word" error rate is a character error rate, as is usual for them, and that of a mixed
text is the mixed error rate. Invisible characters do not count.
"""

from __future__ import annotations

import re

from whisper_normalizer.basic import BasicTextNormalizer

from streamwer.text.words import UNSPACED

_OPTIONAL = re.compile(
    "[\u0640\u064b-\u0652\u0670"  # Arabic: the lengthening stroke, short vowels
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]"  # Hebrew: accents, vowels
)
"""Marks that most writing leaves out."""
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Soft hyphens, joiners, direction marks, variation selectors: how a word looks, not how it sounds.

The Persian non-joiner is among them, which many leave out (as MMS does: Pratap et al. 2023).
"""
_BREAK = "\u200b"
"""The zero-width space separates words (Unicode UAX #29)."""
_OLD_FORMS = {
    "\u0930\u094d\u200d": "\u0931\u094d",  # Marathi, Nepali: eyelash ra
    "\u09a4\u09cd\u200d": "\u09ce",  # Bengali: khanda ta
    "\u0d23\u0d4d\u200d": "\u0d7a",  # Malayalam, and below: consonants without a vowel
    "\u0d28\u0d4d\u200d": "\u0d7b",
    "\u0d30\u0d4d\u200d": "\u0d7c",
    "\u0d32\u0d4d\u200d": "\u0d7d",
    "\u0d33\u0d4d\u200d": "\u0d7e",
    "\u0d15\u0d4d\u200d": "\u0d7f",
}
"""Letters that were written with a joiner before they had characters of their own."""
_MARKS = (
    "\u0300-\u036f\u3099\u309a"
    "\u0e31\u0e33-\u0e3a\u0e47-\u0e4e"  # Thai
    "\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ece"  # Lao
    "\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074"  # Burmese
    "\u1082-\u108d\u108f\u109a-\u109d"
    "\u17b6-\u17d3\u17dd"  # Khmer
)
_CHARACTER = re.compile(f"[{UNSPACED}][{_MARKS}]*")


class MultilingualNormaliser:
    """Turns text into tokens separated by spaces, without case and punctuation."""

    def __init__(self) -> None:
        self._basic = BasicTextNormalizer(preserve_marks=True)

    def __call__(self, text: str) -> str:
        for old, letter in _OLD_FORMS.items():
            text = text.replace(old, letter)
        seen = _INVISIBLE.sub("", text.replace(_BREAK, " "))
        plain = str(self._basic(_OPTIONAL.sub("", seen)))
        return " ".join(_CHARACTER.sub(r" \g<0> ", plain).split())
