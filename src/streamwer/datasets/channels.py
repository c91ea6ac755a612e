"""The names of the channels of a call: 1 is A, 2 is B."""

from __future__ import annotations

from streamwer.errors import DatasetError
from streamwer.formats.format_value import told

_LETTERS = "ABCDEFGH"
CHANNELS = {
    **{str(n + 1): n for n in range(len(_LETTERS))},
    **{letter: n for n, letter in enumerate(_LETTERS)},
}
"""As CTM and STM have them, and their place in the file."""


def channel(name: object) -> int:
    """The place of a channel in its file.

    Raises:
        DatasetError: the name is none of `CHANNELS`.
    """
    found = CHANNELS.get(_plain(name))
    if found is None:
        raise DatasetError(f"the channel '{told(str(name))}' is none of 1, 2, … or A, B, …")
    return found


def letter(name: str) -> str:
    """The one name of a channel, whichever it was given; one that is not known as it is."""
    found = CHANNELS.get(_plain(name))
    return name if found is None else _LETTERS[found]


def aliases(name: str) -> tuple[str, ...]:
    """All names of a channel."""
    found = CHANNELS.get(_plain(name))
    return (name,) if found is None else (_LETTERS[found], _LETTERS[found].lower(), str(found + 1))


def _plain(name: object) -> str:
    return str(name).strip().upper()
