"""Values of a data set as a message can hold them."""

from __future__ import annotations

_SHOWN = 80


def told(value: object) -> str:
    """A value's text: short, and without what cannot be printed on one line."""
    text = value if isinstance(value, str) else repr(value)
    return printable(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def printable(text: str) -> str:
    """A text on one line; a name of a file may hold anything."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )
