"""Verdicts of the gate: one finding per rule, one verdict per system, one exit status."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from streamwer.metrics.word_diff import WordRun
from streamwer.metrics.word_errors import WordErrors

NOT_JUDGED = "not judged: other settings or data than the baseline's"
"""Note of a verdict on other settings or data than the baseline's."""
Status = Literal["regressed", "missing", "improved", "held", "information"]


class ExitStatus(IntEnum):
    """The exit status of the gate's commands."""

    PASS = 0
    REGRESSION = 1
    USAGE = 2
    NOT_COMPARABLE = 3
    FAILURES = 4


@dataclass(frozen=True)
class MetricChange:
    """A figure of baseline and candidate, and the interval of candidate minus baseline.

    NaN is a figure that one of them does not have, or an interval over too few blocks.
    """

    baseline: float
    candidate: float
    low: float = math.nan
    high: float = math.nan

    @property
    def difference(self) -> float:
        """Candidate minus baseline; 0 where both are infinite."""
        return 0.0 if self.baseline == self.candidate else self.candidate - self.baseline

    @property
    def excludes_zero(self) -> bool:
        """Tell whether there is an interval, and 0 is outside of it."""
        return not math.isnan(self.low) and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class Finding:
    """The result of one rule.

    Attributes:
        metric: name of the rule, as in `conf/gate`.
        unit: "%", "s" or "".
        status: `regressed` and `missing` fail.
        noise: the largest difference among runs of one group, where that decides; else 0.
    """

    metric: str
    label: str
    unit: str
    change: MetricChange
    status: Status
    why: str
    noise: float = 0.0

    @property
    def fails(self) -> bool:
        return self.status in ("regressed", "missing")


@dataclass(frozen=True)
class RegressedRecording:
    """A recording that became worse, with the word errors before and now.

    Attributes:
        later: by how many seconds its median word is committed later; NaN where unknown.
        failure: why the candidate failed on it; "" if it did not.
    """

    recording: str
    baseline: WordErrors
    candidate: WordErrors
    later: float
    baseline_diff: tuple[WordRun, ...]
    candidate_diff: tuple[WordRun, ...]
    failure: str = ""


@dataclass(frozen=True)
class Verdict:
    """The gate's verdict on one system.

    Attributes:
        tier: "deterministic" or "statistical".
        reasons: why the runs are not comparable; then nothing else was judged.
        findings: one per rule, in the order of the rules.
        recordings: how many there are.
        changed: those whose words or times are not the same; empty for repeated runs.
        failed: those the candidate failed on, with the reasons.
        too_many_failures: whether `failed` are more than the gate allows.
        worst: the most regressed recordings, worst first.
    """

    system: str
    tier: str
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    recordings: int = 0
    changed: tuple[str, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)
    too_many_failures: bool = False
    worst: tuple[RegressedRecording, ...] = ()

    @property
    def status(self) -> ExitStatus:
        """The exit status of this verdict alone."""
        if self.reasons:
            return ExitStatus.NOT_COMPARABLE
        if self.too_many_failures:
            return ExitStatus.FAILURES
        if any(finding.fails for finding in self.findings):
            return ExitStatus.REGRESSION
        return ExitStatus.PASS


def combine_statuses(verdicts: Iterable[Verdict]) -> ExitStatus:
    """Return the status of all systems; "not comparable" comes before every regression."""
    statuses = {verdict.status for verdict in verdicts}
    order = (ExitStatus.NOT_COMPARABLE, ExitStatus.FAILURES, ExitStatus.REGRESSION)
    return next((status for status in order if status in statuses), ExitStatus.PASS)
