"""What every kind of reference file is read into, and how its times are read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from streamwer.errors import DatasetError, LogError
from streamwer.formats.base import LONGEST, text_lines
from streamwer.text.words import joined
from streamwer.types import Reference, Word


@dataclass(frozen=True)
class References:
    """The references of some files.

    Attributes:
        items: sorted by recording.
        unnamed: whether the recordings are named after their files, for want of names inside.
        notes: what the reader of the figures must know about them.
    """

    items: tuple[Reference, ...]
    unnamed: bool = False
    notes: tuple[str, ...] = ()


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a file that are not blank, each with its place.

    Raises:
        DatasetError: the file cannot be read, or is not UTF-8.
    """
    try:
        yield from text_lines(path)
    except LogError as error:
        raise DatasetError(str(error)) from error


def seconds(where: str, text: str) -> float:
    """A time.

    Raises:
        DatasetError: it is no number, or below 0.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < LONGEST:
        raise DatasetError(f"{where}: {text!r} is not a time in seconds")
    return value


def span(where: str, begin: str, end: str) -> tuple[float, float]:
    """Two times in order.

    Raises:
        DatasetError: they are not.
    """
    first, last = seconds(where, begin), seconds(where, end)
    if last < first:
        raise DatasetError(f"{where}: it ends at {end} s, before it starts at {begin} s")
    return first, last


def from_words(path: Path, words: Mapping[str, Sequence[Word]]) -> tuple[Reference, ...]:
    """One reference per recording, its words in order of time.

    Raises:
        DatasetError: there are none.
    """
    if not words:
        raise DatasetError(f"{path}: no references in this file")
    return tuple(_reference(name, words[name]) for name in sorted(words))


def _reference(recording: str, words: Sequence[Word]) -> Reference:
    ordered = tuple(sorted(words, key=lambda word: (word.start, word.end)))
    text = joined(word.text for word in ordered)
    return Reference(recording, "", max(word.end for word in ordered), text, words=ordered)
