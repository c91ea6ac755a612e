"""The names of the channels of a call: 1 is A, 2 is B."""

from __future__ import annotations

from streamwer.errors import DatasetError
from streamwer.formats.format_value import format_value

_LETTERS = "ABCDEFGH"
CHANNELS = {
    **{str(n + 1): n for n in range(len(_LETTERS))},
    **{letter: n for n, letter in enumerate(_LETTERS)},
}
"""Numbers from 0 on by the names in CTM and STM."""


def parse_channel(name: object) -> int:
    """Parse the name of a channel.

    Returns:
        Its number in the file, from 0 on.

    Raises:
        DatasetError: the name is none of `CHANNELS`.
    """
    number = CHANNELS.get(_fold(name))
    if number is None:
        raise DatasetError(f"the channel '{format_value(str(name))}' is none of 1, 2, … or A, B, …")
    return number


def normalise_channel(name: str) -> str:
    """Normalise the name of a channel to its letter; one that is not known stays."""
    number = CHANNELS.get(_fold(name))
    return name if number is None else _LETTERS[number]


def list_channel_names(name: str) -> tuple[str, ...]:
    """List all names of a channel."""
    number = CHANNELS.get(_fold(name))
    return (
        (name,) if number is None else (_LETTERS[number], _LETTERS[number].lower(), str(number + 1))
    )


def _fold(name: object) -> str:
    return str(name).strip().upper()
