"""The latencies that plots, tables and sentences show."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamwer.metrics.simulst_latency import estimate_delay
from streamwer.metrics.stats.quantiles import Quantile, estimate_quantile
from streamwer.metrics.tables import Scores
from streamwer.reports.comparison import Comparison

Floats = NDArray[np.float64]


class MainLatency(NamedTuple):
    """The latency by which systems are told apart: of words, or LAAL where words have no times.

    Of each system by name: seconds, with the interval.
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
    laal = (estimate_delay(s.scores.recordings, "laal", confidence) for s in systems)
    return MainLatency("LAAL", dict(zip((s.summary.name for s in systems), laal, strict=True)))


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
