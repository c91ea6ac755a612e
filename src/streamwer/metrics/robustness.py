"""Robustness: the same recordings under several conditions, such as noise or a codec."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from streamwer.config.condition import NONE
from streamwer.config.scoring import ScoringConfig
from streamwer.metrics.differences import count_by_speaker, estimate_wer
from streamwer.metrics.latency import select_timed_words
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
    # An altered recording is called ID@CONDITION.
    pairs = zip(recordings["recording"], source, strict=True)
    found = [recording[len(before) + 1 :] or NONE for recording, before in pairs]
    names = pd.Series(found, index=recordings.index)
    plain = recordings[names == NONE]
    altered = names.nunique() - 1
    words_of = words["recording"].map(dict(zip(recordings["recording"], names, strict=True)))
    return tuple(
        _summarise_condition(
            str(name), recordings[names == name], words[words_of == name], plain, altered, scoring
        )
        for name in sorted(names.unique(), key=lambda name: (name != NONE, name))
    )


def _summarise_condition(
    name: str,
    recordings: pd.DataFrame,
    words: pd.DataFrame,
    plain: pd.DataFrame,
    conditions: int,
    scoring: ScoringConfig,
) -> ConditionSummary:
    change = None
    if name != NONE and set(get_source_ids(recordings)) == set(plain["recording"]):
        blocks, base = count_by_speaker(recordings), count_by_speaker(plain)["errors"].to_numpy()
        each = adjust_confidence(scoring.confidence, conditions)
        errors, spoken = blocks["errors"].to_numpy(), blocks["words"].to_numpy()
        change = ratios.compare_rates(errors, base, spoken, each)
    timed = select_timed_words(words)
    late = (timed["committed"] - timed["end"]).to_numpy(float)
    groups = number_speakers(timed["recording"], recordings)
    return ConditionSummary(
        condition=name,
        recordings=len(recordings),
        wer=estimate_wer(recordings, scoring),
        change=change,
        p50=estimate_quantiles(late, groups, [0.5], scoring.confidence)[0],
    )
