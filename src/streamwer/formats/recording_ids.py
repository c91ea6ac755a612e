"""Ids of recordings: they become file names, also on systems that allow less than Linux."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from streamwer.text.words import is_mark as is_mark

_PUNCTUATION = frozenset("_ .,+=@()[]-")
_LONGEST = 120
_LONGEST_BYTES = 200  # with room for a suffix
_DIGITS = 12  # of a digest: two of a million names that are cut short agree in it once in 500 times
_UNFIT = "\0"


def normalise_nfc(name: str) -> str:
    """Return a name in Unicode NFC: macOS decomposes "é" in file names."""
    return unicodedata.normalize("NFC", name)


def list_spellings(name: str) -> tuple[str, ...]:
    """Return the name in NFC and in NFD: files from macOS may have either."""
    return normalise_nfc(name), unicodedata.normalize("NFD", name)


def is_id(name: str) -> bool:
    """Tell whether a name in NFC can be an id."""
    return (
        name[:1].isalnum()
        and all(map(_is_allowed, name))
        and not name.endswith((".", " "))
        and _is_short(name)
    )


def fit_id(name: str, tail: str = "") -> str:
    """Return an id with a tail; where that is too long, a shortened one."""
    return f"{name}{tail}" if _is_short(f"{name}{tail}") else shorten_id(name, tail)


def shorten_id(name: str, tail: str = "") -> str:
    """Return as much of a name as an id can hold, a digest of all of it, and the tail."""
    mark = f"-{hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]}"
    if not _is_short(f"x{mark}{tail}"):
        return shorten_id(f"{name}{tail}")
    head = name[: _LONGEST - len(mark) - len(tail)].encode()
    room = _LONGEST_BYTES - len(f"{mark}{tail}".encode())
    return f"{head[:room].decode(errors='ignore')}{mark}{tail}"


def sanitise_name(name: str) -> str:
    """Return a name in NFC, each run of characters that an id cannot have as one underscore."""
    letters = (letter if _is_allowed(letter) else _UNFIT for letter in normalise_nfc(name))
    return re.sub(f"{_UNFIT}+", "_", "".join(letters))


def _is_short(name: str) -> bool:
    return len(name) <= _LONGEST and len(name.encode()) <= _LONGEST_BYTES


def _is_allowed(letter: str) -> bool:
    # The vowels of Hindi, Thai or Khmer are marks on letters: without them names become alike.
    return letter.isalnum() or letter in _PUNCTUATION or is_mark(letter)
