"""A whole event log in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from streamwer.provenance.signature import Run
from streamwer.types import Failure, Step


@dataclass(frozen=True)
class EventLog:
    """Everything one system did on one data set; steps in order of recording and step."""

    steps: tuple[Step, ...]
    failures: tuple[Failure, ...] = ()
    machine: dict[str, Any] = field(default_factory=dict)
    """What the run measured about itself: model load seconds, peak memory, hardware, …"""
    run: Run = field(default_factory=Run)
    """What ran; unknown in logs of other programs and of earlier versions."""

    def by_recording(self) -> dict[str, list[Step]]:
        """The steps of each recording that has any, in order."""
        grouped: dict[str, list[Step]] = {}
        for step in self.steps:
            grouped.setdefault(step.recording, []).append(step)
        return grouped
