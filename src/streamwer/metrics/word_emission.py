"""Word emission latency: the mean delay of the words that were recognised."""

from __future__ import annotations

import numpy as np

from streamwer.metrics.registry import Display, Tables, metric
from streamwer.metrics.stats.intervals import Floats


@metric(
    "word_emission_latency",
    unit="s",
    better="lower",
    source="Picovoice, real-time transcription benchmark",
    shown=Display(
        "Until text is on screen: a word, the first text, the last commit",
        30.5,
        "Word emission",
        "mean of the recognised words; words that never came do not count",
    ),
    comparable="latency",
    timed=True,
)
def sum_emission_delays(tables: Tables) -> tuple[Floats, Floats]:
    """Return the delays until the correct words were shown for good, and how many there are.

    NaN of a baseline, which does not say which words are correct.
    """
    words, names = tables.words, tables.recordings["recording"]
    if "status" not in words:
        return np.full(len(names), np.nan), np.full(len(names), np.nan)
    delays = (words["shown"] - words["end"]).astype(float)
    delays = delays[(words["status"] == "hit") & np.isfinite(delays)]
    grouped = delays.groupby(words["recording"].loc[delays.index])
    runs = names.map(names.value_counts()).to_numpy(float)
    total, count = (
        names.map(each).fillna(0).to_numpy(float) for each in (grouped.sum(), grouped.size())
    )
    return total / runs, count / runs
