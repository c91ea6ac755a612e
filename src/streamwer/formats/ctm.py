"""CTM, as NIST's sclite reads it: `FILE CHANNEL BEGIN DURATION WORD [CONFIDENCE]`, seconds.

`;;` begins a comment. RT-09 and NeMo add a type and a speaker: entries whose type is no word (a
noise, a segment that is not scored) are left out. Word alternatives and a second channel of the
same file are refused: a recording has one channel and one transcript.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from streamwer.errors import DatasetError
from streamwer.formats.reference_files import (
    References,
    build_references,
    parse_seconds,
    read_reference_lines,
)
from streamwer.types import Word

_FEWEST, _TYPE, _MOST = 5, 6, 8
_NO_WORDS = frozenset(("non-lex", "non-speech", "misc", "noscore"))
"""Types of RT-09 that are not words."""


@dataclass(frozen=True)
class CtmWord:
    """One word of a file, and its place in it."""

    where: str
    recording: str
    channel: str
    word: Word


def read_ctm(path: Path) -> References:
    """Read the words of all recordings.

    Raises:
        DatasetError: a line is malformed; names the file and the line.
    """
    words: dict[str, list[Word]] = {}
    channels: dict[str, str] = {}
    for entry in iterate_ctm(path):
        name, channel = entry.recording, entry.channel
        if channels.setdefault(name, channel) != channel:
            raise DatasetError(
                f"{entry.where}: '{name}' has channel {channel} besides {channels[name]}"
            )
        words.setdefault(name, []).append(entry.word)
    return References(build_references(path, words))


def iterate_ctm(path: Path) -> Iterator[CtmWord]:
    """Yield the words of all recordings and channels, in the order of the lines.

    Raises:
        DatasetError: a line is malformed; names the file and the line.
    """
    for where, line in read_reference_lines(path):
        if line.startswith(";;"):
            continue
        fields = line.split()
        if not _FEWEST <= len(fields) <= _MOST:
            raise DatasetError(f"{where}: not 'FILE CHANNEL BEGIN DURATION WORD': {line[:60]!r}")
        name, channel, begin, duration, text = fields[:_FEWEST]
        if text.startswith("<ALT"):
            raise DatasetError(f"{where}: word alternatives cannot be scored; keep one of them")
        if len(fields) > _TYPE and fields[_TYPE].lower() in _NO_WORDS:
            continue
        start = parse_seconds(where, begin)
        yield CtmWord(
            where, name, channel, Word(text, start, start + parse_seconds(where, duration))
        )
