"""Parts that all reference formats share: the references, and how their times are parsed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from streamwer.errors import DatasetError, LogError
from streamwer.formats.text_lines import LONGEST_TIME, read_text_lines
from streamwer.text.words import join_words
from streamwer.types import Reference, Word


@dataclass(frozen=True)
class References:
    """The references of some files.

    Attributes:
        items: sorted by recording.
        is_named_after_file: whether the recordings are named after their files.
        notes: on them, for the reader of the figures.
    """

    items: tuple[Reference, ...]
    is_named_after_file: bool = False
    notes: tuple[str, ...] = ()


def read_reference_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the lines of a file that are not blank, each with its place.

    Raises:
        DatasetError: the file cannot be read, or is not UTF-8.
    """
    try:
        yield from read_text_lines(path)
    except LogError as error:
        raise DatasetError(str(error)) from error


def parse_seconds(where: str, text: str) -> float:
    """Parse a time in seconds.

    Raises:
        DatasetError: it is no number, or below 0.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < LONGEST_TIME:
        raise DatasetError(f"{where}: {text[:60]!r} is not a time in seconds")
    return value


def parse_interval(where: str, begin: str, end: str) -> tuple[float, float]:
    """Parse two times in order.

    Args:
        where: the place that an error names.
        begin: in seconds.
        end: in seconds.

    Raises:
        DatasetError: they are not.
    """
    first, last = parse_seconds(where, begin), parse_seconds(where, end)
    if last < first:
        raise DatasetError(f"{where}: it ends at {end} s, before it starts at {begin} s")
    return first, last


def build_references(path: Path, words: Mapping[str, Sequence[Word]]) -> tuple[Reference, ...]:
    """Build one reference per recording, its words in order of time.

    Raises:
        DatasetError: there are none.
    """
    if not words:
        raise DatasetError(f"{path}: no references in this file")
    return tuple(_build_reference(name, words[name]) for name in sorted(words))


def _build_reference(recording: str, words: Sequence[Word]) -> Reference:
    ordered = tuple(sorted(words, key=lambda word: (word.start, word.end)))
    text = join_words(word.text for word in ordered)
    return Reference(recording, "", max(word.end for word in ordered), text, words=ordered)
