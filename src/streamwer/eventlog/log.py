"""A whole event log in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from streamwer.provenance.signature import Run
from streamwer.text.words import join_words
from streamwer.types import Failure, Step

if TYPE_CHECKING:
    import pandas as pd

SERVER_CPU = "server_cpu_s"
"""Key of a log's facts, JSON: processor seconds of a local server by recording."""


@dataclass(frozen=True, repr=False)
class EventLog:
    """All steps of one system on one data set, sorted by recording and step."""

    steps: tuple[Step, ...]
    failures: tuple[Failure, ...] = ()
    machine: dict[str, Any] = field(default_factory=dict)
    """Machine facts of the run: model load seconds, peak memory, hardware, …"""
    run: Run = field(default_factory=Run)
    """The system that ran; unknown in logs of other programs and of earlier versions."""

    def group_by_recording(self) -> dict[str, list[Step]]:
        """Group the steps by recording, in order."""
        grouped: dict[str, list[Step]] = {}
        for step in self.steps:
            grouped.setdefault(step.recording, []).append(step)
        return grouped

    def transcripts(self) -> dict[str, str]:
        """Return the committed text of each recording."""
        return {
            recording: join_words(word.text for step in steps for word in step.update.committed)
            for recording, steps in self.group_by_recording().items()
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row per committed word: its times, and when it was final (seconds)."""
        import pandas as pd  # only here: to read and write logs needs no tables

        rows = [
            (step.recording, word.text, word.start, word.end, step.emitted)
            for step in self.steps
            for word in step.update.committed
        ]
        return pd.DataFrame(rows, columns=["recording", "word", "start", "end", "committed"])

    def __str__(self) -> str:
        lines = [f"{name}: {text}" for name, text in self.transcripts().items()]
        lines += [f"{each.recording}: failed: {each.reason}" for each in self.failures]
        return "\n".join(lines)

    def __repr__(self) -> str:
        count = len(self.group_by_recording())
        return f"<EventLog: {count} recordings, {len(self.steps)} steps, {self.run.subject.policy}>"

    def _repr_html_(self) -> str:
        return f"<pre>{self}</pre>"
