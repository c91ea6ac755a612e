"""Parts that all log formats share: the log, its lines, and how steps are built from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from streamwer._util.strict_json import parse_json, refuse_broken_text
from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats.text_lines import LONGEST_TIME, read_text_lines
from streamwer.types import Reference, StageTimes, Step, Update, WorkCounters


@dataclass(frozen=True)
class Log:
    """A log of any format, as an event log.

    Attributes:
        format: the name of its format.
        events: its steps; `audio_end` is NaN where unknown, and equals `emitted` where the log
            has no compute.
        ideal: whether the log has the audio read before each word.
        compute_aware: whether it has times of emission, with compute and queueing.
        is_named_after_file: whether its recording is named after the file, as the log has no name.
        has_word_times: whether it has the time at which each word was spoken.
        has_times: whether it has any times of emission.
        references: those that the log itself holds.
        notes: on this format, for the reader of the figures.
    """

    format: str
    events: EventLog
    ideal: bool = True
    compute_aware: bool = True
    is_named_after_file: bool = False
    has_word_times: bool = False
    has_times: bool = True
    references: tuple[Reference, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LogLine:
    """One JSON object of a log, with the file and line number that errors name."""

    where: str
    record: dict[str, Any]

    def number(self, key: str) -> float:
        """Return a finite number that is not negative."""
        return self._number(self._value(key), f"'{key}'")

    def numbers(self, key: str) -> list[float]:
        """Return a list of such numbers that never fall."""
        numbers = [self._number(value, f"'{key}'") for value in self._list(key)]
        for one, other in pairwise(numbers):
            if other < one:
                raise LogError(f"{self.where}: '{key}' goes back from {one:g} to {other:g}")
        return numbers

    def text(self, key: str) -> str:
        """Return a text."""
        value = self._value(key)
        if not isinstance(value, str):
            raise LogError(f"{self.where}: '{key}' is {value!r}, not a text")
        return value

    def texts(self, key: str) -> list[str]:
        """Return a list of texts."""
        texts = self._list(key)
        for value in texts:
            if not isinstance(value, str):
                raise LogError(f"{self.where}: '{key}' holds {value!r}, not a text")
        return texts

    def list_records(self, key: str) -> list[dict[str, Any]]:
        """Return a list of JSON objects."""
        records = self._list(key)
        for value in records:
            if not isinstance(value, dict):
                raise LogError(f"{self.where}: '{key}' holds {value!r}, not an object")
        return records

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
        if not good or not 0 <= value < LONGEST_TIME:  # type: ignore[operator]
            raise LogError(f"{self.where}: {name} holds {value!r}, not a time of at least 0")
        return float(value)  # type: ignore[arg-type]


def read_json_lines(path: Path) -> Iterator[LogLine]:
    """Yield the JSON objects of a log.

    Raises:
        LogError: a line is not a JSON object; names the file and the line.
    """
    for where, line in read_text_lines(path):
        try:
            record = parse_json(line)
            refuse_broken_text(line, record)
        except ValueError as error:
            raise LogError(f"{where}: not JSON ({error})") from error
        except RecursionError as error:
            raise LogError(f"{where}: not a line of a log (nested too deeply)") from error
        if not isinstance(record, dict):
            raise LogError(f"{where}: not a JSON object")
        yield LogLine(where, record)


@dataclass(frozen=True)
class StepTimes:
    """Times of one update of a log; seconds on the stream's clock.

    Attributes:
        audio_end: end of the audio that it is based on; NaN where unknown.
        start: when its compute began; equals `emitted` where the log has no compute.
        emitted: when it was shown.
        ready: when the audio that it waited for had arrived; `audio_end` if None.
    """

    audio_end: float
    start: float
    emitted: float
    ready: float | None = None


def queue_steps(arrivals: Sequence[float], compute: Sequence[float]) -> list[StepTimes]:
    """Time the steps of one worker that serves them in order (FIFO queue).

    Args:
        arrivals: when the audio of each step has arrived, seconds.
        compute: seconds that each step takes.
    """
    times, free = [], 0.0
    for arrival, spent in zip(arrivals, compute, strict=True):
        start = max(arrival, free)
        free = start + spent
        times.append(StepTimes(arrival, start, free))
    return times


def build_steps(
    recording: str, times: Sequence[StepTimes], updates: Sequence[Update]
) -> tuple[Step, ...]:
    """Build the steps of one recording.

    Args:
        recording: its name.
        times: of each step.
        updates: of each step.
    """
    last = len(updates) - 1
    return tuple(
        Step(
            recording=recording,
            step=number,
            audio_end=at.audio_end,
            ready=at.audio_end if at.ready is None else at.ready,
            start=at.start,
            emitted=at.emitted,
            compute=StageTimes(other=at.emitted - at.start),
            effort=WorkCounters(),
            update=update,
            is_last=number == last,
        )
        for number, (at, update) in enumerate(zip(times, updates, strict=True))
    )
