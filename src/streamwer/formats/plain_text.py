"""Plain text without times: a transcript or a hypothesis, which only has a WER.

A file is one recording, which is named after it. If log and reference have the same number of
lines, each line is a recording.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from streamwer.errors import DatasetError, LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats.base import Log, StepTimes, build_steps
from streamwer.formats.reference_files import References
from streamwer.formats.text_lines import read_text
from streamwer.types import Reference, Step, Update, Word

FORMAT = "text"
_NEVER = StepTimes(math.nan, math.nan, math.nan)


def read_plain_text(paths: Sequence[Path]) -> Log:
    """Read one recording per file, a step for each line.

    Raises:
        LogError: a file cannot be read, or is no text in UTF-8.
    """
    events = EventLog(
        tuple(step for path in paths for step in _build_steps(path.stem, read_lines(path)))
    )
    return Log(
        FORMAT, events, ideal=False, compute_aware=False, is_named_after_file=True, has_times=False
    )


def read_transcript(path: Path) -> References:
    """Read the transcript of one recording; its lines stay apart, for a log of as many lines.

    Raises:
        DatasetError: the file cannot be read, or is no text in UTF-8.
    """
    try:
        text = "\n".join(read_lines(path))
    except LogError as error:
        raise DatasetError(str(error)) from error
    return References((Reference(path.stem, "", 0.0, text),), is_named_after_file=True)


def read_lines(path: Path) -> list[str]:
    """Read the lines of a file, also blank ones: in them nobody speaks.

    Raises:
        LogError: it cannot be read, or is no text in UTF-8.
    """
    text = read_text(path)
    if "\0" in text:
        raise LogError(f"{path}: not a text (it holds NUL)")
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def split_lines(
    events: EventLog, reference: Reference
) -> tuple[EventLog, tuple[Reference, ...]] | None:
    """Split a recording at its lines; None where log and reference differ in their number.

    Args:
        events: of one recording, as `read_plain_text` returns them.
        reference: with its text in lines.
    """
    lines = reference.text.split("\n")
    if len(lines) != len(events.steps) or len(lines) == 1:
        return None
    width = len(str(len(lines)))
    names = [f"line {number:0{width}}" for number in range(1, len(lines) + 1)]
    steps = tuple(
        replace(step, recording=name, step=0, is_last=True)
        for name, step in zip(names, events.steps, strict=True)
    )
    references = [
        replace(reference, recording=name, text=line)
        for name, line in zip(names, lines, strict=True)
    ]
    return replace(events, steps=steps), tuple(references)


def describe_lines(events: EventLog, reference: Reference) -> str:
    """Say where two texts of several lines do not go together line by line; empty where they do."""
    counts = len(events.steps), reference.text.count("\n") + 1
    if counts[0] == counts[1] or 1 in counts:
        return ""
    return f"the texts have {counts[0]} and {counts[1]} lines, so they are compared as one each"


def _build_steps(recording: str, lines: Sequence[str]) -> tuple[Step, ...]:
    updates = [Update(tuple(Word(text, 0.0, 0.0) for text in line.split())) for line in lines]
    return build_steps(recording, [_NEVER] * len(updates), updates)
