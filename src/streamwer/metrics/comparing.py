"""What is compared with what: only results whose signatures agree in what matters."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from streamwer.config.experiment import ScoringConfig
from streamwer.metrics.differences import Difference, wer_differences
from streamwer.metrics.stats.quantiles import Integers, Quantile, quantile_differences
from streamwer.metrics.store import Scored
from streamwer.metrics.summary import PERCENTILES, Percentiles, latencies, timed
from streamwer.metrics.tables import Scores, clusters
from streamwer.provenance.signature import Figure, Signature, reasons

Reasons = Mapping[Figure, tuple[str, ...]]
"""By figure, why a result is not comparable with the baseline; empty where it is."""


def incomparable(signatures: Mapping[str, Signature], baseline: str) -> dict[str, Reasons]:
    """By system; against the first system where the baseline is not among them."""
    if not signatures:
        return {}
    other = signatures.get(baseline, next(iter(signatures.values())))
    return {
        name: {figure: reasons(mine, other, figure) for figure in ("wer", "latency")}
        for name, mine in signatures.items()
    }


def comparable_differences(
    systems: Mapping[str, Scored], baseline: str, scoring: ScoringConfig
) -> dict[str, Difference]:
    """The WER differences to the baseline of the systems that are comparable with it, by name.

    Raises:
        ConfigError: as `wer_differences`.
    """
    found = incomparable({name: each.signature for name, each in systems.items()}, baseline)
    kept = {name: each for name, each in systems.items() if not found[name]["wer"]}
    if baseline not in kept:
        return {}
    return wer_differences({name: each.scores for name, each in kept.items()}, baseline, scoring)


def latency_differences(
    mine: Scores, baseline: Scores, scoring: ScoringConfig
) -> dict[str, Percentiles]:
    """By how much a system's latency quantiles are above a baseline's, in seconds, by name.

    Args:
        mine: of a system whose latencies are comparable with the baseline's.
        baseline: of the baseline.
        scoring: of the intervals.
    """
    words, same = (_by_word(scores.words) for scores in (mine, baseline))
    late, base = latencies(words), latencies(same.loc[words.index])
    names = words.index.get_level_values("recording").to_series()
    groups = clusters(names, mine.recordings)
    return {name: _percentiles(late[name], base[name], groups, scoring) for name in late}


def _by_word(words: pd.DataFrame) -> pd.DataFrame:
    return timed(words).set_index(["recording", "index"])


def _percentiles(
    late: pd.Series[float], base: pd.Series[float], groups: Integers, scoring: ScoringConfig
) -> Percentiles:
    shares = [percentile / 100 for percentile in PERCENTILES]
    found = (
        quantile_differences(
            late.to_numpy(float), base.to_numpy(float), groups, shares, scoring.confidence
        )
        if len(late)
        else [Quantile(None)] * len(shares)
    )
    return {f"p{percentile}": each for percentile, each in zip(PERCENTILES, found, strict=True)}
