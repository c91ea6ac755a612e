"""Comparison of systems, as far as their signatures let them be compared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from streamwer.config.scoring import ScoringConfig
from streamwer.metrics.differences import Difference, compare_wer
from streamwer.metrics.latency import measure_latencies, select_timed_words
from streamwer.metrics.registry import PERCENTILES
from streamwer.metrics.stats.quantiles import Integers, Quantile, compare_quantiles
from streamwer.metrics.store import SignedScores
from streamwer.metrics.summary import Percentiles
from streamwer.metrics.tables import Scores, number_speakers
from streamwer.provenance.signature import Figure, Signature, find_incomparable_fields

Reasons = Mapping[Figure, tuple[str, ...]]
"""By figure, why a result is not comparable with the baseline; empty where it is."""


def find_incomparable(signatures: Mapping[str, Signature], baseline: str) -> dict[str, Reasons]:
    """Return by system why it is not comparable with the baseline, or without one the first."""
    if not signatures:
        return {}
    other = signatures.get(baseline, next(iter(signatures.values())))
    return {
        name: {
            figure: find_incomparable_fields(system, other, figure) for figure in ("wer", "latency")
        }
        for name, system in signatures.items()
    }


def compare_comparable_wer(
    systems: Mapping[str, SignedScores], baseline: str, scoring: ScoringConfig
) -> dict[str, Difference]:
    """Compare the WER of the systems that are comparable with the baseline, by name.

    Args:
        systems: their scores by name.
        baseline: the name of one of them.
        scoring: of the intervals.

    Raises:
        ConfigError: the smallest difference that matters is none.
    """
    found = find_incomparable({name: each.signature for name, each in systems.items()}, baseline)
    comparable = {name: each for name, each in systems.items() if not found[name]["wer"]}
    if baseline not in comparable:
        return {}
    return compare_wer({name: each.scores for name, each in comparable.items()}, baseline, scoring)


def compare_latencies(
    system: Scores, baseline: Scores, scoring: ScoringConfig
) -> dict[str, Percentiles]:
    """Compare a system's latency quantiles with a baseline's: seconds above them, by name.

    Args:
        system: scores of a system whose latencies are comparable with the baseline's.
        baseline: scores of the baseline.
        scoring: of the intervals.
    """
    words, same = (
        select_timed_words(scores.words).set_index(["recording", "index"])
        for scores in (system, baseline)
    )
    late, base = measure_latencies(words), measure_latencies(same.loc[words.index])
    names = words.index.get_level_values("recording").to_series()
    groups = number_speakers(names, system.recordings)
    return {name: _compare_percentiles(late[name], base[name], groups, scoring) for name in late}


def _compare_percentiles(
    late: pd.Series[float], base: pd.Series[float], groups: Integers, scoring: ScoringConfig
) -> Percentiles:
    shares = [percentile / 100 for percentile in PERCENTILES]
    values, others = late.to_numpy(float), base.to_numpy(float)
    known = ~(np.isnan(values) | np.isnan(others))
    speakers = np.unique(groups[known], return_inverse=True)[1]
    found = (
        compare_quantiles(values[known], others[known], speakers, shares, scoring.confidence)
        if known.any()
        else [Quantile(None)] * len(shares)
    )
    return {f"p{percentile}": each for percentile, each in zip(PERCENTILES, found, strict=True)}
