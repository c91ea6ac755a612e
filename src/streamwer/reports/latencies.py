"""The latencies that plots, tables and sentences show."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from streamwer.metrics.registry import list_simulst_metrics
from streamwer.metrics.simulst_latency import weigh_delays
from streamwer.metrics.stats.quantiles import Quantile, estimate_quantile
from streamwer.metrics.stats.ratios import compare_ratios
from streamwer.metrics.tables import Scores
from streamwer.reports.comparison import Comparison, System

Floats = NDArray[np.float64]


class MainLatency(NamedTuple):
    """The latency by which systems are told apart: of words, or LAAL where words have no times.

    Attributes:
        label: its name.
        by_system: by the name of the system, in seconds, with its interval.
    """

    label: str
    by_system: dict[str, Quantile]


def choose_main_latency(comparison: Comparison) -> MainLatency:
    """Choose the median commit latency; where no word has a time, the computation-aware LAAL."""
    systems = comparison.systems
    if comparison.has_word_times:
        found = {s.summary.name: s.summary.commit_latency["p50"] for s in systems}
        return MainLatency("commit latency p50", found)
    confidence = float(comparison.provenance.get("confidence", 0.95))
    return MainLatency("LAAL", {s.summary.name: _estimate_laal(s, confidence) for s in systems})


def _estimate_laal(system: System, confidence: float) -> Quantile:
    """Estimate LAAL; a system without a word has none."""
    (laal,) = (each for each in list_simulst_metrics() if each.name == "laal")
    recordings = system.scores.recordings
    parts = pd.DataFrame(weigh_delays(recordings, laal, "aware")).T
    delays, weights = parts.groupby(recordings["speaker"].to_numpy()).sum().to_numpy().T
    found = compare_ratios(delays, weights, np.zeros_like(delays), weights, confidence)
    if np.isnan(found.value):
        return Quantile(None)
    return Quantile(found.value, found.low, found.high) if found.is_known else Quantile(found.value)


def sort_commit_latencies(scores: Scores) -> Floats:
    """Return the commit latency of each timed reference word, in seconds, ascending, shape (n,)."""
    words = scores.words
    return np.sort((words["committed"] - words["end"]).dropna().to_numpy(np.float64))


def compute_median_latencies(scores: Scores) -> dict[str, float | None]:
    """Return the median of each recording; None where it has too few timed words."""
    late = (scores.words["committed"] - scores.words["end"]).dropna()
    grouped = late.groupby(scores.words["recording"])
    return {
        str(name): estimate_quantile(values.to_numpy(float), 0.5).value for name, values in grouped
    }
