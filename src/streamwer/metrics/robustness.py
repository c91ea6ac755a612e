"""The same recordings under several conditions: what each condition costs a system."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from streamwer.config.condition import NONE
from streamwer.config.experiment import ScoringConfig
from streamwer.metrics.differences import word_blocks
from streamwer.metrics.stats import ratios
from streamwer.metrics.stats.intervals import Interval, adjust_confidence
from streamwer.metrics.stats.quantiles import Quantile, quantiles
from streamwer.metrics.tables import Scores, clusters, sources


@dataclass(frozen=True)
class UnderCondition:
    """One system under one condition, on the recordings that were prepared under it.

    Attributes:
        condition: its name, as in `conditions`; "none" for the recordings as they are.
        recordings: how many.
        wer: with its interval over speakers.
        change: WER minus that under "none", paired by speaker; None where not all the same
            recordings were also played as they are. The changes of all conditions hold at once.
        p50: median commit latency, with its interval over speakers.
    """

    condition: str
    recordings: int
    wer: Interval
    change: Interval | None
    p50: Quantile


def under_conditions(scores: Scores, scoring: ScoringConfig) -> tuple[UnderCondition, ...]:
    """Each condition, that of unaltered recordings first; nothing where none was altered."""
    recordings, words = scores.recordings, scores.words
    source = sources(recordings)
    if source.equals(recordings["recording"]):
        return ()
    names = _conditions(recordings["recording"], source)
    plain = recordings[names == NONE]
    altered = names.nunique() - 1
    words_of = words["recording"].map(dict(zip(recordings["recording"], names, strict=True)))
    return tuple(
        _under(
            str(name), recordings[names == name], words[words_of == name], plain, altered, scoring
        )
        for name in sorted(names.unique(), key=lambda name: (name != NONE, name))
    )


def _conditions(recordings: pd.Series[str], source: pd.Series[str]) -> pd.Series[str]:
    """An altered recording is called ID@CONDITION."""
    pairs = zip(recordings, source, strict=True)
    found = [recording[len(before) + 1 :] or NONE for recording, before in pairs]
    return pd.Series(found, index=recordings.index)


def _under(
    name: str,
    recordings: pd.DataFrame,
    words: pd.DataFrame,
    plain: pd.DataFrame,
    conditions: int,
    scoring: ScoringConfig,
) -> UnderCondition:
    blocks, base = word_blocks(recordings), word_blocks(plain)
    errors, said = blocks["errors"].to_numpy(), blocks["words"].to_numpy()
    change = None
    if name != NONE and set(sources(recordings)) == set(plain["recording"]):
        before = base["errors"].to_numpy()
        each = adjust_confidence(scoring.confidence, conditions)
        change = ratios.compare_rates(errors, before, said, each)
    return UnderCondition(
        condition=name,
        recordings=len(recordings),
        wer=ratios.estimate_rate(errors, said, scoring.confidence),
        change=change,
        p50=_median(words, recordings, scoring),
    )


def _median(words: pd.DataFrame, recordings: pd.DataFrame, scoring: ScoringConfig) -> Quantile:
    timed = words[words["end"].notna()]
    late = (timed["committed"] - timed["end"]).to_numpy(float)
    groups = clusters(timed["recording"], recordings)
    return quantiles(late, groups, [0.5], scoring.confidence)[0]
