"""Splitting text into words and joining words, in scripts with and without spaces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u2e80-\u30ff\u3105-\u312f\u31a0-\u4dbf\u4e00-\u9fff"  # Chinese, Japanese
    "\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
"""Characters of scripts without spaces between words, as ranges of a regular expression."""
UNSPACED_LANGUAGES = frozenset("zh zho cmn wuu yue nan ja jpn th tha lo lao my mya km khm".split())
"""Languages of such scripts."""
_UNSPACED = re.compile(f"[{UNSPACED}]")
_OPENING = ("Ps", "Pi")
_FIRST_MARK = "\u0300"


def join_words(words: Iterable[str]) -> str:
    """Join words, with spaces where their scripts have them."""
    parts: list[str] = []
    for word in filter(None, words):
        if parts and needs_space(parts[-1], word):
            parts.append(" ")
        parts.append(word)
    return "".join(parts)


def needs_space(left: str, right: str) -> bool:
    """Tell whether a space belongs between two words.

    None does beside a character of a script without spaces, or before a combining mark.
    """
    if not left or not right:
        return False
    return not (is_mark(right) or is_unspaced(left[-1]) or is_unspaced(right[0]))


def split_words(text: str) -> list[str]:
    """Split a text at white space, and in scripts without it around each character.

    A character keeps its marks and its punctuation; a name in Latin letters or a number between
    such characters stays whole. The words together are the text without its white space.
    """
    return [word for piece in text.split() for word in _split_scripts(piece)]


def word_ends(text: str) -> Iterator[tuple[str, int]]:
    """Yield each word and the index of its last letter, white space not counted.

    It is that of the last letter, digit or mark, or else of the last character.
    """
    begin = 0
    for word in split_words(text):
        letters = [at for at, sign in enumerate(word) if sign.isalnum() or is_mark(sign)]
        yield word, begin + (letters or [len(word) - 1])[-1]
        begin += len(word)


def is_word(text: str) -> bool:
    """Tell whether a text has a letter or digit."""
    return any(map(str.isalnum, text))


def is_mark(text: str) -> bool:
    """Tell whether a text begins with a combining mark."""
    first = text[0]
    return first >= _FIRST_MARK and unicodedata.category(_fold_width(first)).startswith("M")


def is_unspaced(character: str) -> bool:
    """Tell whether a character is of a script without spaces between words.

    A full-width Latin letter is not: there are spaces between such words.
    """
    plain = _fold_width(character) if character.isalnum() else character
    return _UNSPACED.match(plain) is not None


def join_scripts(words: Iterable[str]) -> str:
    """Join words in a canonical way, whatever spaces stood between scripts.

    There is no space between two characters of scripts without spaces, else one.
    """
    text = ""
    for word in (part for each in words for part in split_words(each)):
        together = text and (is_mark(word) or (is_unspaced(text[-1]) and is_unspaced(word[0])))
        text += word if together or not text else f" {word}"
    return text


def _split_scripts(piece: str) -> Iterator[str]:
    """Split a text without white space around each character of a script without spaces."""
    begin, base = 0, ""
    for place, letter in enumerate(piece):
        if _begins_word(letter, base):
            yield piece[begin:place]
            begin, base = place, ""
        if _fold_width(letter).isalnum():
            base = letter
    yield piece[begin:]


def _begins_word(letter: str, base: str) -> bool:
    """Tell whether a character begins a word after one whose last letter or digit is `base`."""
    if not base or is_mark(letter):
        return False
    if _fold_width(letter).isalnum() or unicodedata.category(letter) in _OPENING:
        return is_unspaced(_fold_width(base)) or is_unspaced(_fold_width(letter))
    return False


def _fold_width(character: str) -> str:
    """Return the compatibility form of a character: a full-width letter becomes a plain one."""
    return unicodedata.normalize("NFKC", character)[0]
