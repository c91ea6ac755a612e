"""Plain text: what was said, or what was heard, and nothing else; a WER is all that it gives.

A file is one recording, named after it. Where one is scored against another of as many lines, each
line is a recording.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats.base import Log, Moment, steps
from streamwer.types import Reference, Step, Update, Word

FORMAT = "text"
_NEVER = Moment(math.nan, math.nan, math.nan)


def read(paths: Sequence[Path]) -> Log:
    """Read one recording per file, a step for each line.

    Raises:
        LogError: a file cannot be read, or is no text in UTF-8.
    """
    found = [step for path in paths for step in _steps(path.stem, read_lines(path))]
    events = EventLog(tuple(found))
    return Log(FORMAT, events, ideal=False, compute_aware=False, unnamed=True, timed=False)


def read_lines(path: Path) -> list[str]:
    """Read the lines of a file, blank ones as well: in them nobody speaks.

    Raises:
        LogError: it cannot be read, or is no text in UTF-8.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise LogError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise LogError(f"{path}: not a text in UTF-8 ({error.reason})") from error
    if "\0" in text:
        raise LogError(f"{path}: not a text (it holds NUL)")
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def split_lines(
    events: EventLog, reference: Reference
) -> tuple[EventLog, tuple[Reference, ...]] | None:
    """Split a recording at its lines; None where log and reference have other numbers of them.

    Args:
        events: of one recording, as `read` has them.
        reference: whose text has lines.
    """
    lines = reference.text.split("\n")
    if len(lines) != len(events.steps) or len(lines) == 1:
        return None
    width = len(str(len(lines)))
    names = [f"line {number:0{width}}" for number in range(1, len(lines) + 1)]
    said = zip(names, events.steps, strict=True)
    heard = [replace(step, recording=name, step=0, is_last=True) for name, step in said]
    references = [
        replace(reference, recording=name, text=line)
        for name, line in zip(names, lines, strict=True)
    ]
    return replace(events, steps=tuple(heard)), tuple(references)


def _steps(recording: str, lines: Sequence[str]) -> tuple[Step, ...]:
    updates = [Update(tuple(Word(text, 0.0, 0.0) for text in line.split())) for line in lines]
    return steps(recording, [_NEVER] * len(updates), updates)
