"""Plain text: the transcript of one recording, which is named as the file is."""

from __future__ import annotations

from pathlib import Path

from streamwer.errors import DatasetError, LogError
from streamwer.formats.plain_text import read_lines
from streamwer.formats.references.base import References
from streamwer.types import Reference


def read(path: Path) -> References:
    """Read a transcript; its lines stay apart, for a hypothesis of as many lines.

    Raises:
        DatasetError: the file cannot be read, or is no text in UTF-8.
    """
    try:
        text = "\n".join(read_lines(path))
    except LogError as error:
        raise DatasetError(str(error)) from error
    return References((Reference(path.stem, "", 0.0, text),), unnamed=True)
