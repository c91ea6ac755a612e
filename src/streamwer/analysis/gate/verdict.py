"""What the gate says: one finding per rule, one verdict per system, one exit status."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from streamwer.metrics.word_diff import WordRun
from streamwer.metrics.word_errors import WordErrors

Status = Literal["regressed", "missing", "improved", "held", "information"]


class Exit(IntEnum):
    """The exit status of the gate's commands."""

    PASS = 0
    REGRESSION = 1
    USAGE = 2
    NOT_COMPARABLE = 3
    FAILURES = 4


@dataclass(frozen=True)
class Change:
    """One figure of both sides, and the interval of candidate minus baseline.

    Attributes:
        baseline: NaN where the baseline has no such figure.
        candidate: NaN where the candidate has none.
        low: NaN, as `high`, where there are too few blocks for an interval.
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
    def is_sure(self) -> bool:
        """Whether there is an interval, and 0 is outside of it."""
        return not math.isnan(self.low) and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class Finding:
    """What one rule says.

    Attributes:
        metric: name of the rule, as in `conf/gate`.
        label: what it is called in reports.
        unit: "%", "s" or "".
        change: the figures.
        status: `regressed` and `missing` fail.
        why: what the status rests on, in words.
        noise: most that runs of one side differ by among themselves, where that decides; else 0.
    """

    metric: str
    label: str
    unit: str
    change: Change
    status: Status
    why: str
    noise: float = 0.0

    @property
    def fails(self) -> bool:
        return self.status in ("regressed", "missing")


@dataclass(frozen=True)
class Regressed:
    """A recording that became worse, with the words that either side got wrong.

    Attributes:
        later: seconds that its median word is committed later; NaN where that is not known.
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
    """What the gate says of one system.

    Attributes:
        system: its name.
        tier: "deterministic" or "statistical".
        reasons: why the two sides cannot be compared; then nothing else was judged.
        notes: what a reader has to know of the comparison.
        findings: one per rule, in the order of the rules.
        recordings: how many there are.
        changed: those whose words or moments are not the same; empty for repeated runs.
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
    worst: tuple[Regressed, ...] = ()

    @property
    def status(self) -> Exit:
        """What this verdict alone makes of the exit status."""
        if self.reasons:
            return Exit.NOT_COMPARABLE
        if self.too_many_failures:
            return Exit.FAILURES
        if any(finding.fails for finding in self.findings):
            return Exit.REGRESSION
        return Exit.PASS


def exit_status(verdicts: Iterable[Verdict]) -> Exit:
    """Of all systems together; what cannot be judged comes before what was judged bad."""
    found = {verdict.status for verdict in verdicts}
    order = (Exit.NOT_COMPARABLE, Exit.FAILURES, Exit.REGRESSION)
    return next((status for status in order if status in found), Exit.PASS)
