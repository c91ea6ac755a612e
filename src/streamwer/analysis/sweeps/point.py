"""One point of a sweep: a configuration with its WER and latency."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streamwer.config.scoring import ScoringConfig
from streamwer.metrics.simulst_latency import estimate_delay
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.summary import summarise
from streamwer.metrics.tables import Scores

_UNKNOWN = Interval(math.nan, math.nan, math.nan)
_NONE = Quantile(None)
MEASURES = {"p95": "commit latency p95", "p50": "commit latency p50", "laal": "LAAL"}
"""Latencies that a sweep may go by, the best first, with their names."""


@dataclass(frozen=True)
class SweepPoint:
    """A configuration with its figures; one that failed has a reason and no figures.

    Attributes:
        config: policy, model, engine, clock, normaliser and data set, as composed.
        wer: word error rate with its interval over speakers.
        p50, p95: commit latency in seconds with its interval; None for too few words, infinite
            where too many words were never emitted.
        laal: computation-aware LAAL in seconds, which needs no word times.
        measure: the latency that the sweep goes by, of `MEASURES`.
        coverage: share of reference words that were emitted.
        rtf: measured compute per second of audio; NaN for a point that failed.
        failure: why the point has no figures; "" for one that has.
    """

    name: str
    command: str
    config: Mapping[str, Any] = field(hash=False)
    wer: Interval = _UNKNOWN
    p50: Quantile = _NONE
    p95: Quantile = _NONE
    laal: Quantile = _NONE
    measure: str = "p95"
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
    def late(self) -> Quantile:
        """The latency that the sweep goes by."""
        late: Quantile = getattr(self, self.measure)
        return late

    @property
    def delay(self) -> float:
        """The second objective: that latency in seconds, NaN where it is unknown."""
        return math.nan if self.late.value is None else self.late.value

    @property
    def is_finite(self) -> bool:
        """Tell whether both objectives are finite."""
        return math.isfinite(self.errors) and math.isfinite(self.delay)


def build_point(
    name: str, command: str, config: Mapping[str, Any], scores: Scores, scoring: ScoringConfig
) -> SweepPoint:
    """Build a point from its scores; it is a failed one if every recording failed.

    Args:
        name: of the point.
        command: that reproduces it.
        config: as composed.
        scores: its tables.
        scoring: of the intervals.
    """
    summary = summarise(name, scores, None, scoring, {})
    if summary.recordings == len(summary.failures):
        reason = next(iter(summary.failures.values()), "there were none")
        return build_failed_point(name, command, config, f"every recording failed: {reason}")
    return SweepPoint(
        name=name,
        command=command,
        config=config,
        wer=summary.wer,
        p50=summary.commit_latency["p50"],
        p95=summary.commit_latency["p95"],
        laal=estimate_delay(scores.recordings, "laal", scoring.confidence),
        coverage=summary.coverage,
        recordings=summary.recordings,
        failures=len(summary.failures),
        rtf=summary.cost.rtf,
    )


def build_failed_point(
    name: str, command: str, config: Mapping[str, Any], reason: str
) -> SweepPoint:
    """Build a point without figures.

    Args:
        name: of the point.
        command: that reproduces it.
        config: as composed.
        reason: of the failure.
    """
    return SweepPoint(name, command, config, failure=" ".join(reason.split()) or "no reason given")
