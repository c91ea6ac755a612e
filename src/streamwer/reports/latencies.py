"""Word latencies out of the scored tables, as the plots and tables need them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from streamwer.metrics.stats.quantiles import alone
from streamwer.metrics.tables import Scores

Floats = NDArray[np.float64]


def commit_latencies(scores: Scores) -> Floats:
    """Seconds from the end of each timed reference word to its commit, shape (n,)."""
    return np.asarray(_late(scores.words), dtype=np.float64)


def commit_medians(scores: Scores) -> dict[str, float | None]:
    """Median commit latency of each recording; None where it has too few timed words."""
    grouped = _late(scores.words).groupby(scores.words["recording"])
    return {str(recording): _median(late.to_numpy(float)) for recording, late in grouped}


def _late(words: pd.DataFrame) -> pd.Series[float]:
    return (words["committed"] - words["end"]).dropna()


def _median(late: Floats) -> float | None:
    return alone(late, 0.5).value
