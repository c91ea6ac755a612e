"""The state of a run: the files being transcribed, and how far all of them are."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from streamwer.types import Step, Word

_BEHIND = {"wall": 0.05}
"""Seconds of unexpected audio in a window: on a real clock, waking up takes a moment."""
_ANY = 1e-6


@dataclass
class FileProgress:
    """One file in progress."""

    name: str
    seconds: float
    seconds_played: float = 0.0
    committed: list[Word] = field(default_factory=list)
    tentative: tuple[Word, ...] = ()


class ProgressBoard:
    """Follows every file from its first step to its end.

    Args:
        names: the files.
        clock: name of the clock.
    """

    def __init__(self, names: Iterable[str], clock: str) -> None:
        self._lengths = dict.fromkeys(names, 0.0)
        self._measured: dict[str, float] = {}
        self._tolerance = _BEHIND.get(clock, _ANY)
        self._created = time.monotonic()
        self._began: float | None = None
        self._finished = 0.0
        self.running: dict[str, FileProgress] = {}
        self.done = self.steps = self.late_steps = 0

    @property
    def files(self) -> int:
        return len(self._lengths)

    @property
    def total_seconds(self) -> float:
        """Seconds of audio in all files."""
        return sum(self._lengths.values())

    @property
    def seconds_played(self) -> float:
        """Seconds of audio that are dealt with."""
        return self._finished + sum(each.seconds_played for each in self.running.values())

    @property
    def speed(self) -> float:
        """Seconds of audio for each second since the first file was opened."""
        passed = 0.0 if self._began is None else time.monotonic() - self._began
        return self.seconds_played / passed if passed > 0 else 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since the start, loading the models included."""
        return time.monotonic() - self._created

    def seconds(self, name: str) -> float | None:
        """Return the length of a file's audio, once it has been decoded."""
        return self._measured.get(name)

    def set_lengths(self, lengths: Mapping[str, float]) -> None:
        """Set the lengths that are known before the files are decoded; 0 for an unknown one."""
        self._lengths |= lengths

    def start_file(self, name: str, seconds: float) -> None:
        """Start a file, or start it again."""
        self._began = self._began or time.monotonic()
        self._lengths[name] = self._measured[name] = seconds
        self.running[name] = FileProgress(name, seconds)

    def add_step(self, name: str, step: Step) -> None:
        running = self.running[name]
        running.seconds_played = step.audio_end
        running.committed += step.update.committed
        running.tentative = step.update.tentative
        self.steps += 1
        self.late_steps += step.audio_end > step.ready + self._tolerance

    def finish_file(self, name: str) -> None:
        """Finish a file that is done or failed: its audio is dealt with either way."""
        self.running.pop(name, None)
        self.done += 1
        self._finished += self._lengths[name]
