"""What an id may be made of: it becomes a file name, also where less is allowed than by Linux."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from streamwer.text.words import mark as is_mark

_SIGNS = frozenset("_ .,+=@()[]-")
_LONGEST = 120
_LONGEST_BYTES = 200  # with room for a suffix
_DIGITS = 12  # of a digest: two of a million names that are cut short agree in it once in 500 times
_UNFIT = "\0"


def composed(name: str) -> str:
    """A name with one character for each letter that has one: a Mac takes "é" apart in names."""
    return unicodedata.normalize("NFC", name)


def spellings(name: str) -> tuple[str, ...]:
    """The name composed, and as a Mac takes it apart: files that came from one may be either."""
    return composed(name), unicodedata.normalize("NFD", name)


def is_id(name: str) -> bool:
    """Whether a composed name can be an id."""
    return (
        name[:1].isalnum()
        and all(map(_fits, name))
        and not name.endswith((".", " "))
        and _short(name)
    )


def fitted(name: str, tail: str = "") -> str:
    """An id that is made of an id and a tail; where that is too long, `marked`."""
    return f"{name}{tail}" if _short(f"{name}{tail}") else marked(name, tail)


def marked(name: str, tail: str = "") -> str:
    """As much of a name as an id can hold, a digest of all of it, and the tail."""
    mark = f"-{hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]}"
    if not _short(f"x{mark}{tail}"):
        return marked(f"{name}{tail}")
    kept = name[: _LONGEST - len(mark) - len(tail)].encode()
    room = _LONGEST_BYTES - len(f"{mark}{tail}".encode())
    return f"{kept[:room].decode(errors='ignore')}{mark}{tail}"


def cleaned(name: str) -> str:
    """A name, composed, with one underscore for all that stands together and is not for an id."""
    kept = (letter if _fits(letter) else _UNFIT for letter in composed(name))
    return re.sub(f"{_UNFIT}+", "_", "".join(kept))


def _short(name: str) -> bool:
    return len(name) <= _LONGEST and len(name.encode()) <= _LONGEST_BYTES


def _fits(letter: str) -> bool:
    # The vowels of Hindi, Thai or Khmer are marks on letters: without them names become alike.
    return letter.isalnum() or letter in _SIGNS or is_mark(letter)
