"""Summary of one system: its figures, each with its uncertainty, from the scored tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from streamwer.config.scoring import ScoringConfig
from streamwer.metrics.cost import Cost, measure_cost
from streamwer.metrics.differences import Difference, estimate_wer
from streamwer.metrics.error_rate import pool_character_errors, pool_word_errors
from streamwer.metrics.latency import select_timed_words
from streamwer.metrics.registry import (
    PERCENTILES,
    Ratio,
    list_latency_metrics,
    list_ratio_metrics,
)
from streamwer.metrics.robustness import ConditionSummary, summarise_conditions
from streamwer.metrics.simulst_latency import SimulstLatency, pool_simulst_latency
from streamwer.metrics.slices import Slice, summarise_slices
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile, estimate_quantiles
from streamwer.metrics.tables import Scores, number_speakers
from streamwer.metrics.word_errors import CharErrors, WordErrors

Percentiles = Mapping[str, Quantile]
"""p50, p95, p99 of a latency in seconds."""


@dataclass(frozen=True)
class Summary:
    """The figures of one system.

    Attributes:
        errors: pooled word error counts; `errors.rate` is the WER.
        char_errors: pooled character error counts; `char_errors.rate` is the CER.
        wer: WER with its interval over speakers.
        delta_wer: WER minus the baseline system's on the same recordings, tested among the
            other systems' differences; None for the baseline.
        figures: the ratios of `streamwer.metrics.registry`, by name, such as "coverage".
        latencies: the percentiles of each latency, by name, such as "commit_latency".
        simulst_latency: the latencies of papers (LAAL, StreamLAAL, AL, ATD, end offset).
        cost: measured compute, whatever the clock made of it.
        slices: word errors and latency by condition, speaker, length and position in the call.
        conditions: the same recordings under each condition, where they were altered.
        machine: what the run measured about itself (workers, load_seconds, peak_memory_mb).
    """

    name: str
    recordings: int
    audio_seconds: float
    errors: WordErrors
    char_errors: CharErrors
    wer: Interval
    delta_wer: Difference | None
    figures: Mapping[str, Ratio]
    latencies: Mapping[str, Percentiles]
    simulst_latency: SimulstLatency
    cost: Cost
    failures: Mapping[str, str]
    slices: tuple[Slice, ...]
    conditions: tuple[ConditionSummary, ...] = ()
    machine: Mapping[str, Any] = field(default_factory=dict)

    @property
    def commit_latency(self) -> Percentiles:
        """Percentiles from the end of a word to the update that made it final."""
        return self.latencies["commit_latency"]

    @property
    def coverage(self) -> float:
        """Share of the reference words with a time that were emitted at all; NaN without any."""
        return self.figures["coverage"].value


def summarise(
    name: str,
    scores: Scores,
    delta_wer: Difference | None,
    scoring: ScoringConfig,
    machine: Mapping[str, Any],
) -> Summary:
    """Summarise the scores of one system.

    Args:
        name: of the system.
        scores: its tables.
        delta_wer: its part of `compare_wer`.
        scoring: of the intervals.
        machine: what the run measured about itself.
    """
    recordings = scores.recordings
    failed = recordings[recordings["failure"] != ""]
    tables = replace(scores, words=select_timed_words(scores.words))
    return Summary(
        name=name,
        recordings=len(recordings),
        audio_seconds=float(recordings["seconds"].sum()),
        errors=pool_word_errors(recordings),
        char_errors=pool_character_errors(recordings),
        wer=estimate_wer(recordings, scoring),
        delta_wer=delta_wer,
        figures={each.name: each.compute(tables) for each in list_ratio_metrics()},
        latencies=_estimate_latencies(tables, scoring),
        simulst_latency=pool_simulst_latency(recordings),
        cost=measure_cost(recordings),
        failures=dict(zip(failed["recording"], failed["failure"], strict=True)),
        slices=summarise_slices(recordings, scores.words),
        conditions=summarise_conditions(scores, scoring),
        machine=machine,
    )


def _estimate_latencies(tables: Scores, scoring: ScoringConfig) -> dict[str, Percentiles]:
    found = {}
    for each in list_latency_metrics():
        rows = tables.recordings if each.once else tables.words
        speakers = number_speakers(rows["recording"], tables.recordings)
        found[each.name] = _estimate_percentiles(each.seconds(rows), speakers, scoring)
    return found


def _estimate_percentiles(
    values: pd.Series[float], speakers: NDArray[np.int64], scoring: ScoringConfig
) -> Percentiles:
    known = values.notna().to_numpy()
    groups, _ = pd.factorize(speakers[known], sort=True)
    shares = [percentile / 100 for percentile in PERCENTILES]
    found = estimate_quantiles(values[known].to_numpy(float), groups, shares, scoring.confidence)
    return {f"p{percentile}": each for percentile, each in zip(PERCENTILES, found, strict=True)}
