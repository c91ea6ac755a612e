"""Metrics: from an event log and the references to word errors, latencies and their intervals.

Needs neither Ray nor Hydra nor a model: a log that another program wrote scores as well.
"""

from streamwer.metrics.cost import Cost
from streamwer.metrics.differences import Difference, compare_wer
from streamwer.metrics.simulst_latency import Delay, SimulstLatency
from streamwer.metrics.slices import Slice
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.summary import Summary, summarise
from streamwer.metrics.tables import Scores, score
from streamwer.metrics.word_errors import CharErrors, WordErrors
from streamwer.text.normalise import Normaliser, get_normaliser

__all__ = [
    "CharErrors",
    "Cost",
    "Delay",
    "Difference",
    "Interval",
    "Normaliser",
    "Quantile",
    "Scores",
    "SimulstLatency",
    "Slice",
    "Summary",
    "WordErrors",
    "compare_wer",
    "get_normaliser",
    "score",
    "summarise",
]
