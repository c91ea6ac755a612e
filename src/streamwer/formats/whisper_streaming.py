"""whisper_streaming's standard output, after `whisper_online.py` at 1f25a1a (September 2025).

Lines `EMITTED BEGIN END TEXT`: milliseconds since the processing began (four decimals), the
segment's begin and end in milliseconds of audio, and words that are final. One file per recording,
named after it. With `--comp_unaware` the first number is the end of the audio that was fed, without
it the clock on the wall; the file does not say which, nor how much audio a word waited for.
SimulStreaming writes the same with `--out-txt`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats.base import Log, StepTimes, build_steps
from streamwer.formats.revisions import Revision, build_updates
from streamwer.formats.text_lines import read_text_lines
from streamwer.types import Step, Update

LINE = re.compile(r"(\d{1,12}(?:\.\d+)?) (-?\d{1,12}) (-?\d{1,12})(?: (.*))?")
_MS = 1000.0
_CLOCK_NOTE = (
    "the log gives one time per line: that of the wall clock, or the end of the audio if it was"
    " made with --comp_unaware"
)


def read_whisper_streaming(paths: Sequence[Path]) -> Log:
    """Read one recording per file.

    Raises:
        LogError: a line is malformed or earlier than the one before; names the file and the line.
    """
    return build_log("whisper_streaming", map(_read_steps, paths))


def _read_steps(path: Path) -> tuple[Step, ...]:
    emitted: list[float] = []
    revisions: list[Revision] = []
    for where, line in read_text_lines(path):
        match = LINE.fullmatch(line)
        if not match:
            raise LogError(f"{where}: not 'EMITTED_MS BEGIN_MS END_MS TEXT': {line[:60]!r}")
        at, begin, end = (float(number) / _MS for number in match.group(1, 2, 3))
        emitted.append(at)
        revisions.append(Revision(0, (f" {match[4] or ''}",), begin, end))
        check_emission_order(where, emitted)
    return build_timed_steps(path.stem, emitted, build_updates(revisions))


def build_log(format: str, recordings: Iterable[tuple[Step, ...]]) -> Log:
    """Build a log that has one time for each line, which may or may not hold the compute.

    Args:
        format: its name.
        recordings: the steps of each.
    """
    return Log(
        format,
        EventLog(tuple(step for steps in recordings for step in steps)),
        ideal=False,
        is_named_after_file=True,
        notes=(_CLOCK_NOTE,),
    )


def check_emission_order(where: str, emitted: Sequence[float]) -> None:
    """Check that the last time is not before the previous one.

    Raises:
        LogError: it is, as in a file with two runs.
    """
    if len(emitted) > 1 and emitted[-1] < emitted[-2]:
        raise LogError(
            f"{where}: emitted at {emitted[-1]:g} s, but the line before it at {emitted[-2]:g} s;"
            " a file holds one recording"
        )


def build_timed_steps(
    recording: str, emitted: Sequence[float], updates: Sequence[Update]
) -> tuple[Step, ...]:
    """Build the steps of a log that has only times of emission; silence is one step.

    Args:
        recording: its name.
        emitted: when each update was emitted, seconds.
        updates: of each step.
    """
    if not updates:
        emitted, updates = [math.nan], [Update()]
    return build_steps(recording, [StepTimes(math.nan, at, at) for at in emitted], updates)
