"""One point of a sweep: a configuration, and how wrong and how late it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streamwer.config.experiment import ScoringConfig
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.summary import Summary, summarise
from streamwer.metrics.tables import Scores

_UNKNOWN = Interval(math.nan, math.nan, math.nan)
_NONE = Quantile(None)


@dataclass(frozen=True)
class Point:
    """A configuration with its figures; one that failed has a reason and no figures.

    Attributes:
        name: what the point is called in its sweep.
        command: what reproduces it.
        config: policy, model, engine, clock, normaliser and data set, as composed.
        wer: word error rate with its interval over speakers.
        p50, p95: commit latency in seconds with its interval; None for too few words, infinite
            where so many words never came.
        coverage: share of reference words that were emitted at all.
        recordings, failures: how many there were, and how many of them failed.
        rtf: measured compute per second of audio; NaN for a point that failed.
        failure: why the point has no figures; "" for one that has.
    """

    name: str
    command: str
    config: Mapping[str, Any] = field(hash=False)
    wer: Interval = _UNKNOWN
    p50: Quantile = _NONE
    p95: Quantile = _NONE
    coverage: float = math.nan
    recordings: int = 0
    failures: int = 0
    rtf: float = math.nan
    failure: str = ""

    @property
    def errors(self) -> float:
        """The first objective: the WER, NaN where there is none."""
        return self.wer.value

    @property
    def delay(self) -> float:
        """The second objective: the p95 of the commit latency, NaN where there is none."""
        return math.nan if self.p95.value is None else self.p95.value

    @property
    def placed(self) -> bool:
        """Whether both objectives are finite."""
        return math.isfinite(self.errors) and math.isfinite(self.delay)


def measured(
    name: str, command: str, config: Mapping[str, Any], scores: Scores, scoring: ScoringConfig
) -> Point:
    """The point that scored tables make; one of which every recording failed is a failed point."""
    summary = summarise(name, scores, None, scoring, {})
    if summary.recordings == len(summary.failures):
        return failed(name, command, config, f"every recording failed: {_first(summary)}")
    return Point(
        name=name,
        command=command,
        config=config,
        wer=summary.wer,
        p50=summary.commit_latency["p50"],
        p95=summary.commit_latency["p95"],
        coverage=summary.coverage,
        recordings=summary.recordings,
        failures=len(summary.failures),
        rtf=summary.cost.rtf,
    )


def failed(name: str, command: str, config: Mapping[str, Any], reason: str) -> Point:
    """A point without figures."""
    return Point(name, command, config, failure=" ".join(reason.split()) or "no reason given")


def _first(summary: Summary) -> str:
    return next(iter(summary.failures.values()), "there were none")
