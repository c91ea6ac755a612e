"""The state of a run: the files being transcribed, and how far all of them are."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from streamwer.types import Step, Word

_BEHIND_S = 1.0
"""So much more audio in a window than was waited for: the model does not keep up with speech."""


@dataclass
class FileProgress:
    """One file in progress."""

    name: str
    seconds: float
    seconds_played: float = 0.0
    committed: list[Word] = field(default_factory=list)
    tentative: tuple[Word, ...] = ()
    text_end: float = 0.0
    """End of the last word that was ever shown."""
    lag: float | None = None
    """Seconds from the end of that word in the audio to the moment it was shown."""

    def add_step(self, step: Step) -> None:
        self.seconds_played = step.audio_end
        self.committed += step.update.committed
        self.tentative = step.update.tentative
        shown = self.tentative or step.update.committed
        if shown and shown[-1].end > self.text_end:
            self.text_end = shown[-1].end
            self.lag = step.emitted - self.text_end


class ProgressBoard:
    """Follows every file from its first step to its end."""

    def __init__(self, names: Iterable[str]) -> None:
        self._lengths = dict.fromkeys(names, 0.0)
        self._measured: dict[str, float] = {}
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

    def get_seconds(self, name: str) -> float | None:
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
        self.running[name].add_step(step)
        self.steps += 1
        self.late_steps += step.audio_end > step.ready + _BEHIND_S

    def finish_file(self, name: str) -> None:
        """Finish a file that is done or failed: its audio is dealt with either way."""
        self.running.pop(name, None)
        self.done += 1
        self._finished += self._lengths[name]
