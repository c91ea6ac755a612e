"""Commit latencies from the scored tables, for plots and tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streamwer.metrics.stats.quantiles import estimate_quantile
from streamwer.metrics.tables import Scores

Floats = NDArray[np.float64]


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
