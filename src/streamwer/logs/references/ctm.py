"""CTM, as NIST's sclite reads it: `FILE CHANNEL BEGIN DURATION WORD [CONFIDENCE]`, seconds.

`;;` begins a comment. Word alternatives and a second channel of the same file are refused: a
recording has one channel and one transcript.
"""

from __future__ import annotations

from pathlib import Path

from streamwer.errors import DatasetError
from streamwer.logs.references.base import References, from_words, lines, seconds
from streamwer.transcript import Word

_FEWEST, _MOST = 5, 6


def read(path: Path) -> References:
    """Read the words of all recordings.

    Raises:
        DatasetError: a line is malformed; names the file and the line.
    """
    words: dict[str, list[Word]] = {}
    channels: dict[str, str] = {}
    for where, line in lines(path):
        if line.startswith(";;"):
            continue
        fields = line.split()
        if not _FEWEST <= len(fields) <= _MOST:
            raise DatasetError(f"{where}: not 'FILE CHANNEL BEGIN DURATION WORD': {line[:60]!r}")
        name, channel, begin, duration, text = fields[:_FEWEST]
        if text.startswith("<ALT"):
            raise DatasetError(f"{where}: word alternatives cannot be scored; keep one of them")
        if channels.setdefault(name, channel) != channel:
            raise DatasetError(f"{where}: '{name}' has channel {channel} besides {channels[name]}")
        start = seconds(where, begin)
        words.setdefault(name, []).append(Word(text, start, start + seconds(where, duration)))
    return References(from_words(path, words))
