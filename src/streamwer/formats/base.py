"""What every format is read into, and how a line of a log is read or refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from streamwer._util.strict_json import parse_json, refuse_broken_text
from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.types import Compute, Effort, Reference, Step, Update

LONGEST = 1e12
"""Beyond it, a time is a mistake, whether in seconds or milliseconds."""


@dataclass(frozen=True)
class Log:
    """A log in the project's own terms.

    Attributes:
        format: which format it was in.
        events: its steps; `audio_end` is NaN where the log does not say it, and equals `emitted`
            where the log knows no compute.
        ideal: whether the log says how much audio each word waited for.
        compute_aware: whether it says when each word was emitted, compute and queueing included.
        unnamed: whether its recording is named after the file, for want of a name inside.
        spoken: whether it says of each word when it was spoken.
        timed: whether it says when words came at all.
        references: what the log itself holds as references.
        notes: what the reader of the figures must know about this format.
    """

    format: str
    events: EventLog
    ideal: bool = True
    compute_aware: bool = True
    unnamed: bool = False
    spoken: bool = False
    timed: bool = True
    references: tuple[Reference, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One JSON object of a log, with the file and line number that errors name."""

    where: str
    record: dict[str, Any]

    def number(self, key: str) -> float:
        """A finite number that is not negative."""
        return self._number(self._value(key), f"'{key}'")

    def numbers(self, key: str) -> list[float]:
        """A list of such numbers that never fall."""
        found = [self._number(value, f"'{key}'") for value in self._list(key)]
        for one, other in pairwise(found):
            if other < one:
                raise LogError(f"{self.where}: '{key}' goes back from {one:g} to {other:g}")
        return found

    def text(self, key: str) -> str:
        value = self._value(key)
        if not isinstance(value, str):
            raise LogError(f"{self.where}: '{key}' is {value!r}, not a text")
        return value

    def texts(self, key: str) -> list[str]:
        found = self._list(key)
        for value in found:
            if not isinstance(value, str):
                raise LogError(f"{self.where}: '{key}' holds {value!r}, not a text")
        return found

    def _value(self, key: str) -> object:
        if key not in self.record:
            raise LogError(f"{self.where}: the field '{key}' is missing")
        return self.record[key]

    def _list(self, key: str) -> list[Any]:
        value = self._value(key)
        if not isinstance(value, list):
            raise LogError(f"{self.where}: '{key}' is {value!r}, not a list")
        return value

    def _number(self, value: object, name: str) -> float:
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if not good or not 0 <= value < LONGEST:  # type: ignore[operator]
            raise LogError(f"{self.where}: {name} holds {value!r}, not a time of at least 0")
        return float(value)  # type: ignore[arg-type]


def text_lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines that are not blank, each with its place: "FILE, line N".

    Raises:
        LogError: the file cannot be read, or is not UTF-8.
    """
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise LogError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise LogError(f"{path}: not a text in UTF-8 ({error.reason})") from error
    # Not splitlines(): a transcript may hold other line separators than "\n".
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            yield f"{path}, line {number}", line.removesuffix("\r")


def json_lines(path: Path) -> Iterator[Line]:
    """The JSON objects of a log.

    Raises:
        LogError: a line is not a JSON object; names the file and the line.
    """
    for where, line in text_lines(path):
        try:
            record = parse_json(line)
            refuse_broken_text(line, record)
        except ValueError as error:
            raise LogError(f"{where}: not JSON ({error})") from error
        except RecursionError as error:
            raise LogError(f"{where}: not a line of a log (nested too deeply)") from error
        if not isinstance(record, dict):
            raise LogError(f"{where}: not a JSON object")
        yield Line(where, record)


@dataclass(frozen=True)
class Moment:
    """When one update of a log happened; seconds on the stream's line.

    Attributes:
        audio_end: end of the audio it is based on; NaN where the log does not say.
        start: when its work began; equals `emitted` where the log knows no compute.
        emitted: when it was shown.
    """

    audio_end: float
    start: float
    emitted: float


def queue(arrivals: Sequence[float], compute: Sequence[float]) -> list[Moment]:
    """One worker takes work up when it has arrived and the last is done; both in seconds."""
    moments, free = [], 0.0
    for arrival, spent in zip(arrivals, compute, strict=True):
        start = max(arrival, free)
        free = start + spent
        moments.append(Moment(arrival, start, free))
    return moments


def steps(recording: str, moments: Sequence[Moment], updates: Sequence[Update]) -> tuple[Step, ...]:
    """The steps of one recording."""
    last = len(updates) - 1
    return tuple(
        Step(
            recording=recording,
            step=number,
            audio_end=moment.audio_end,
            ready=moment.audio_end,
            start=moment.start,
            emitted=moment.emitted,
            compute=Compute(other=moment.emitted - moment.start),
            effort=Effort(),
            update=update,
            is_last=number == last,
        )
        for number, (moment, update) in enumerate(zip(moments, updates, strict=True))
    )
