"""Robustness: the same recordings under several conditions, such as noise or a codec."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from streamwer.config.condition import NONE
from streamwer.config.scoring import ScoringConfig
from streamwer.metrics.differences import count_by_speaker
from streamwer.metrics.stats import ratios
from streamwer.metrics.stats.intervals import Interval, adjust_confidence
from streamwer.metrics.stats.quantiles import Quantile, estimate_quantiles
from streamwer.metrics.tables import Scores, get_source_ids, number_speakers


@dataclass(frozen=True)
class ConditionSummary:
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


def summarise_conditions(scores: Scores, scoring: ScoringConfig) -> tuple[ConditionSummary, ...]:
    """Summarise each condition, that of unaltered recordings first; none where none was altered."""
    recordings, words = scores.recordings, scores.words
    source = get_source_ids(recordings)
    if source.equals(recordings["recording"]):
        return ()
    names = _parse_conditions(recordings["recording"], source)
    plain = recordings[names == NONE]
    altered = names.nunique() - 1
    words_of = words["recording"].map(dict(zip(recordings["recording"], names, strict=True)))
    return tuple(
        _summarise_condition(
            str(name), recordings[names == name], words[words_of == name], plain, altered, scoring
        )
        for name in sorted(names.unique(), key=lambda name: (name != NONE, name))
    )


def _parse_conditions(recordings: pd.Series[str], source: pd.Series[str]) -> pd.Series[str]:
    """Parse the conditions out of ids: an altered recording is called ID@CONDITION."""
    pairs = zip(recordings, source, strict=True)
    found = [recording[len(before) + 1 :] or NONE for recording, before in pairs]
    return pd.Series(found, index=recordings.index)


def _summarise_condition(
    name: str,
    recordings: pd.DataFrame,
    words: pd.DataFrame,
    plain: pd.DataFrame,
    conditions: int,
    scoring: ScoringConfig,
) -> ConditionSummary:
    blocks, base = count_by_speaker(recordings), count_by_speaker(plain)
    errors, spoken = blocks["errors"].to_numpy(), blocks["words"].to_numpy()
    change = None
    if name != NONE and set(get_source_ids(recordings)) == set(plain["recording"]):
        before = base["errors"].to_numpy()
        each = adjust_confidence(scoring.confidence, conditions)
        change = ratios.compare_rates(errors, before, spoken, each)
    return ConditionSummary(
        condition=name,
        recordings=len(recordings),
        wer=ratios.estimate_rate(errors, spoken, scoring.confidence),
        change=change,
        p50=_estimate_median_latency(words, recordings, scoring),
    )


def _estimate_median_latency(
    words: pd.DataFrame, recordings: pd.DataFrame, scoring: ScoringConfig
) -> Quantile:
    timed = words[words["end"].notna()]
    late = (timed["committed"] - timed["end"]).to_numpy(float)
    groups = number_speakers(timed["recording"], recordings)
    return estimate_quantiles(late, groups, [0.5], scoring.confidence)[0]
