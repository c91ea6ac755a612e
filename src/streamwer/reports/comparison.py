"""What a comparison report is made from: the figures and tables of every system."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streamwer.analysis.capacity.study import Study
from streamwer.eventlog.log import EventLog
from streamwer.metrics.summary import Summary
from streamwer.metrics.tables import Scores
from streamwer.provenance.signature import Figure, Signature
from streamwer.reports.run_diff import Versus


@dataclass(frozen=True)
class System:
    """One compared system.

    Attributes:
        summary: its figures.
        scores: its two tables (one row per recording, one row per reference word).
        config: its policy, model, engine and clock, as composed.
        signature: what its scores are of.
        incomparable: by figure, why it is not comparable with the baseline (or with the first
            system, where no baseline was run); nothing for a figure in which it is.
        log: what it showed when, for the replay of a call; the call view does without.
    """

    summary: Summary
    scores: Scores
    config: Mapping[str, Any]
    signature: Signature | None = None
    incomparable: Mapping[Figure, tuple[str, ...]] = field(default_factory=dict)
    log: EventLog | None = None


@dataclass(frozen=True)
class Sound:
    """The audio of one recording, as the call view draws and plays it.

    Attributes:
        address: where it lies, relative to the page; "" where it cannot be played.
        peaks: its wave form, as `streamwer.reports.peaks` writes it.
    """

    address: str = ""
    peaks: str = ""


@dataclass(frozen=True)
class Unused:
    """Rows of the data set that are in no figure, for want of a reference.

    Attributes:
        rows: how many rows the data set has in all.
        reasons: of those that were not used, where each is and why.
        notes: of those that were, where each is and what of it cannot be scored as it should.
    """

    rows: int = 0
    reasons: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Capacities:
    """How many calls at once workers were found to carry, in runs of their own.

    Attributes:
        studies: each level of service, that of the config first.
        machine: by study and system, what the machine has that measured it, and what it took.
        profile: the hardware profile as it is now, as a clock in one word.
    """

    studies: tuple[Study, ...] = ()
    machine: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    profile: str = ""


@dataclass(frozen=True)
class Comparison:
    """Everything a report shows.

    Attributes:
        systems: in the order of the config.
        baseline: name of the system that ΔWER is taken against; "" if it was not run.
        dataset: name of the data set.
        clock: name of the clock ("measured", "unaware", "wall").
        provenance: what identifies the run: versions, digests, normaliser, seed, commands;
            plain strings and numbers, the same on every run of the same inputs.
        sounds: the audio of each recording, as far as there is any.
        unused: rows of the data set that are in no figure.
        conditions: under which recordings were prepared, in the order of the config, and whether
            a network delivers them; no more than one where nothing was crossed.
        versus: where old and new runs are compared: what changed.
        capacities: of the systems; None for a report that has no place for them.
    """

    systems: tuple[System, ...]
    baseline: str
    dataset: str
    clock: str
    provenance: Mapping[str, Any]
    sounds: Mapping[str, Sound] = field(default_factory=dict)
    unused: Unused = Unused()
    versus: Versus | None = None
    conditions: Mapping[str, bool] = field(default_factory=dict)
    capacities: Capacities | None = None

    @property
    def timed(self) -> bool:
        """Whether any word of the references has a time, so that word latencies are known."""
        known = [not math.isnan(system.summary.coverage) for system in self.systems]
        return any(known) or not known
