"""Words put together to a text and taken out of one: with spaces, but not in scripts without."""

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
LANGUAGES = frozenset("zh zho cmn wuu yue nan ja jpn th tha lo lao my mya km khm".split())
"""Languages of such scripts."""
_UNSPACED = re.compile(f"[{UNSPACED}]")
_OPENING = ("Ps", "Pi")
_FIRST_MARK = "\u0300"


def joined(words: Iterable[str]) -> str:
    """The text of words in order."""
    parts: list[str] = []
    for word in filter(None, words):
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


def parted(text: str) -> list[str]:
    """The words of a text: what white space parts, and in scripts without it each character.

    A character keeps its marks and its punctuation; a name in Latin letters or a number between
    such characters stays whole. Put together, the words are the text without its white space.
    """
    return [word for piece in text.split() for word in _cut(piece)]


def ends(text: str) -> Iterator[tuple[str, int]]:
    """Each word as `parted`, and where its last letter is in the text without its white space."""
    begin = 0
    for word in parted(text):
        yield word, begin + _last_letter(word)
        begin += len(word)


def _last_letter(word: str) -> int:
    """Where the last letter, digit or mark of a word stands; the last character if it has none."""
    backwards = range(len(word) - 1, -1, -1)
    return next((at for at in backwards if word[at].isalnum() or mark(word[at])), len(word) - 1)


def is_word(text: str) -> bool:
    """Tell whether a text can be said: it has a letter or digit."""
    return any(map(str.isalnum, text))


def mark(text: str) -> bool:
    """Whether a text begins with a mark that stands on the character before it."""
    first = text[0]
    return first >= _FIRST_MARK and unicodedata.category(_plain(first)).startswith("M")


def unspaced(character: str) -> bool:
    """Whether a character is of a script without spaces between words.

    A Latin letter as wide as a Chinese one is not: there are spaces between such words.
    """
    plain = _plain(character) if character.isalnum() else character
    return _UNSPACED.match(plain) is not None


def join_scripts(words: Iterable[str]) -> str:
    """Join words in the one way that does not depend on who put spaces between scripts, or not.

    No space between two characters of scripts without spaces, else one.
    """
    text = ""
    for word in (part for each in words for part in parted(each)):
        together = text and (mark(word) or (unspaced(text[-1]) and unspaced(word[0])))
        text += word if together or not text else f" {word}"
    return text


def _cut(piece: str) -> Iterator[str]:
    """What white space parts, cut around each character of a script without spaces."""
    begin, base = 0, ""
    for place, letter in enumerate(piece):
        if _begins(letter, base):
            yield piece[begin:place]
            begin, base = place, ""
        if _plain(letter).isalnum():
            base = letter
    yield piece[begin:]


def _begins(letter: str, base: str) -> bool:
    """Whether a character begins a word, after one whose last letter or digit is `base`."""
    if not base or mark(letter):
        return False
    if _plain(letter).isalnum() or unicodedata.category(letter) in _OPENING:
        return unspaced(_plain(base)) or unspaced(_plain(letter))
    return False


def _plain(character: str) -> str:
    """What a character is a form of: a Latin letter as wide as a Chinese one is a Latin letter."""
    return unicodedata.normalize("NFKC", character)[0]
