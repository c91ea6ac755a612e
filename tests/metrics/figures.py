"""One registered metric, of a recordings table."""

from __future__ import annotations

import pandas as pd

from streamwer.metrics.registry import list_ratio_metrics
from streamwer.metrics.tables import Scores


def compute_ratio(name: str, recordings: pd.DataFrame) -> float:
    (metric,) = (each for each in list_ratio_metrics() if each.name == name)
    return metric.compute(Scores(recordings, pd.DataFrame())).value
