"""What an id may be made of: it becomes a file name, also where less is allowed than by Linux."""

from __future__ import annotations

import re
import unicodedata

from streamwer.joining import mark

_SIGNS = frozenset("_ .,+=@()[]-")
_LONGEST = 120
_LONGEST_BYTES = 200  # with room for a suffix
_UNFIT = "\0"


def composed(name: str) -> str:
    """A name with one character for each letter that has one: a Mac takes "é" apart in names."""
    return unicodedata.normalize("NFC", name)


def is_id(name: str) -> bool:
    """Whether a composed name can be an id."""
    return (
        name[:1].isalnum()
        and all(map(_fits, name))
        and not name.endswith((".", " "))
        and len(name) <= _LONGEST
        and len(name.encode()) <= _LONGEST_BYTES
    )


def cleaned(name: str) -> str:
    """A name, composed, with one underscore for all that stands together and is not for an id."""
    kept = (letter if _fits(letter) else _UNFIT for letter in composed(name))
    return re.sub(f"{_UNFIT}+", "_", "".join(kept))


def _fits(letter: str) -> bool:
    # The vowels of Hindi, Thai or Khmer are marks on letters: without them names become alike.
    return letter.isalnum() or letter in _SIGNS or mark(letter)
