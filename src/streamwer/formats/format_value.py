"""Values of a data set as text for a message."""

from __future__ import annotations

_SHOWN = 80


def format_value(value: object) -> str:
    """Return a value as short text on one line."""
    text = value if isinstance(value, str) else repr(value)
    return escape_unprintable(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def escape_unprintable(text: str) -> str:
    """Return a text on one line: a file name may hold any character."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )
