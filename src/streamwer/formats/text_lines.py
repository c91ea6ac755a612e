"""Lines of text files, and the longest time that one may name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from streamwer.errors import LogError

LONGEST_TIME = 1e12
"""A longer time is a mistake, whether in seconds or milliseconds."""


def read_text(path: Path) -> str:
    """Read a file in UTF-8, with or without a byte order mark.

    Raises:
        LogError: the file cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise LogError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise LogError(f"{path}: not a text in UTF-8 ({error.reason})") from error


def read_text_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the lines that are not blank, each with its place: "FILE, line N".

    Raises:
        LogError: the file cannot be read, or is not UTF-8.
    """
    content = read_text(path)
    # Not splitlines(): a transcript may hold other line separators than "\n".
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            yield f"{path}, line {number}", line.removesuffix("\r")
