"""The input of a comparison report: the figures and tables of every system."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streamwer.analysis.capacity.study import CapacityStudy
from streamwer.eventlog.log import EventLog
from streamwer.metrics.summary import Summary
from streamwer.metrics.tables import Scores
from streamwer.provenance.signature import Figure, Signature
from streamwer.reports.changes import RunDiff


@dataclass(frozen=True)
class System:
    """One compared system.

    Attributes:
        scores: its two tables (one row per recording, one row per reference word).
        config: its policy, model, engine and clock, as composed.
        signature: identifies what was scored, and how.
        incomparable: by figure, why it is not comparable with the baseline, or with the first
            system where there is no baseline; empty for a figure that is comparable.
        log: its event log, for the replay of a call; optional.
    """

    summary: Summary
    scores: Scores
    config: Mapping[str, Any]
    signature: Signature | None = None
    incomparable: Mapping[Figure, tuple[str, ...]] = field(default_factory=dict)
    log: EventLog | None = None


@dataclass(frozen=True)
class AudioClip:
    """The audio of one recording, for the call view.

    Attributes:
        url: relative to the page; "" where it cannot be played.
        peaks: its waveform, from `streamwer.reports.peaks.encode_peaks`.
    """

    url: str = ""
    peaks: str = ""


@dataclass(frozen=True)
class UnusedRows:
    """Rows of the data set that cannot be scored, or only in part.

    Attributes:
        rows: how many rows the data set has in all.
        reasons: location and reason for each row that is in no figure.
        notes: location and reason for each row that is scored in part.
    """

    rows: int = 0
    reasons: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CapacityStudies:
    """How many calls at once a worker serves, from separate load tests.

    Attributes:
        studies: one per service level, that of the config first.
        profile: the current hardware profile, written as a clock.
    """

    studies: tuple[CapacityStudy, ...] = ()
    profile: str = ""


@dataclass(frozen=True)
class Comparison:
    """Everything that a report shows.

    Attributes:
        baseline: name of the system that ΔWER is taken against; "" if it was not run.
        clock: name of the clock ("measured", "unaware", "wall").
        provenance: what identifies the run: versions, digests, normaliser, seed, commands;
            plain strings and numbers, the same on every run of the same inputs.
        audio_clips: by recording; recordings without audio are missing.
        unused: rows of the data set that are not scored in full.
        conditions: by name in the order of the config, whether a network delivers the audio
            under it.
        run_diff: what changed, where the report compares an old and a new run.
        capacities: load tests of the systems; None for a report without that section.
    """

    systems: tuple[System, ...]
    baseline: str
    dataset: str
    clock: str
    provenance: Mapping[str, Any]
    audio_clips: Mapping[str, AudioClip] = field(default_factory=dict)
    unused: UnusedRows = UnusedRows()
    run_diff: RunDiff | None = None
    conditions: Mapping[str, bool] = field(default_factory=dict)
    capacities: CapacityStudies | None = None

    @property
    def has_word_times(self) -> bool:
        """Tell whether any reference word has a time, so that word latencies are known."""
        known = [not math.isnan(system.summary.coverage) for system in self.systems]
        return any(known) or not known
