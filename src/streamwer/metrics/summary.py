"""From the scored tables of one system to its figures, each with its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from streamwer.config.experiment import ScoringConfig
from streamwer.metrics.differences import Difference, word_blocks
from streamwer.metrics.invented import pool_invented
from streamwer.metrics.lag import pooled_slope
from streamwer.metrics.partials import pooled_upwr
from streamwer.metrics.robustness import UnderCondition, under_conditions
from streamwer.metrics.simulst_latency import Lagging, pooled_lagging
from streamwer.metrics.slices import Slice, slices
from streamwer.metrics.stats import ratios
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile, quantiles
from streamwer.metrics.tables import Scores, clusters
from streamwer.metrics.word_errors import CharErrors, WordErrors

PERCENTILES = (50, 95, 99)
_KINDS = ("hits", "substitutions", "deletions", "insertions")
STAGES = ("listen", "features", "encode", "decode", "align", "other")

Percentiles = Mapping[str, Quantile]
"""p50, p95, p99 of a latency in seconds."""


@dataclass(frozen=True)
class Cost:
    """What the machine spent: seconds of compute per second of audio, by stage.

    NaN where nothing was streamed.
    """

    rtf: float
    stages: Mapping[str, float]


@dataclass(frozen=True)
class Summary:
    """The figures of one system.

    Attributes:
        name: the system's name in the config.
        errors: pooled word error counts; `errors.rate` is the WER.
        char_errors: pooled character error counts; `char_errors.rate` is the CER.
        wer: WER with its interval over speakers.
        delta_wer: WER minus the baseline system's on the same recordings, tested among the
            other systems' differences; None for the baseline.
        commit_latency: from the end of a word to the update that made it final, compute included.
        commit_latency_ideal: the same with compute and queueing taken out of that last step.
        shown_latency: from the end of a word to the first update that showed it for good, as
            normalised words are compared.
        shown_latency_raw: the same with case and punctuation.
        first_text: from the end of the first word to the first text shown.
        finalisation: from the end of the last word to the last commit.
        coverage: share of reference words that were emitted at all.
        erasure: shown words taken back, per final word (normalised erasure), as normalised words
            are compared; NaN where no word became final.
        erasure_raw: the same with case and punctuation.
        upwr: share of the words shown as tentative that the final text lacks at that place; NaN
            where none was shown.
        invented: words invented per minute of non-speech; NaN where no such minute is known.
        lag_slope: seconds of lag gained per second of audio; NaN where no recording has two steps.
        lagging: the latency figures that papers give (LAAL, StreamLAAL, AL, ATD, end offset).
        cost: measured compute, whatever the clock made of it.
        failures: recordings that failed, with the reason.
        forced_words: words committed only to bound the buffer.
        slices: word errors and latency by condition, speaker, length and position in the call.
        conditions: the same recordings under each condition, where they were altered.
        machine: what the run measured about itself (workers, load_seconds, peak_memory_mb).
    """

    name: str
    recordings: int
    audio_seconds: float
    errors: WordErrors
    char_errors: CharErrors
    wer: Interval
    delta_wer: Difference | None
    commit_latency: Percentiles
    commit_latency_ideal: Percentiles
    shown_latency: Percentiles
    shown_latency_raw: Percentiles
    first_text: Percentiles
    finalisation: Percentiles
    coverage: float
    erasure: float
    erasure_raw: float
    upwr: float
    invented: float
    lag_slope: float
    lagging: Lagging
    cost: Cost
    failures: Mapping[str, str]
    forced_words: int
    slices: tuple[Slice, ...]
    conditions: tuple[UnderCondition, ...] = ()
    machine: Mapping[str, Any] = field(default_factory=dict)


def summarise(
    name: str,
    scores: Scores,
    delta_wer: Difference | None,
    scoring: ScoringConfig,
    machine: Mapping[str, Any],
) -> Summary:
    """All figures of one system; `delta_wer` is its part of `wer_differences`."""
    recordings, words = scores.recordings, timed(scores.words)
    names = recordings["recording"]
    late = {
        name: _percentiles(values, clusters(words["recording"], recordings), scoring)
        for name, values in latencies(words).items()
    }
    once = {
        name: _percentiles(recordings[name], clusters(names, recordings), scoring)
        for name in ("first_text", "finalisation")
    }
    return Summary(
        name=name,
        recordings=len(recordings),
        audio_seconds=float(recordings["seconds"].sum()),
        errors=pooled(recordings),
        char_errors=pooled_characters(recordings),
        wer=_wer(recordings, scoring),
        delta_wer=delta_wer,
        **late,
        **once,
        coverage=float(np.isfinite(words["committed"]).mean()) if len(words) else float("nan"),
        erasure=_ratio(recordings["erased_words"].sum(), recordings["final_words"].sum()),
        erasure_raw=_ratio(recordings["erased_raw"].sum(), recordings["final_words"].sum()),
        upwr=pooled_upwr(recordings),
        invented=pool_invented(recordings),
        lag_slope=pooled_slope(recordings),
        lagging=pooled_lagging(recordings),
        cost=_cost(recordings),
        failures=_failures(recordings),
        forced_words=int(recordings["forced_words"].sum()),
        slices=slices(recordings, scores.words),
        conditions=under_conditions(scores, scoring),
        machine=machine,
    )


def pooled(recordings: pd.DataFrame) -> WordErrors:
    """Error counts summed over the rows of a recordings table."""
    return WordErrors(**{kind: int(recordings[kind].sum()) for kind in _KINDS})


def pooled_characters(recordings: pd.DataFrame) -> CharErrors:
    """Character error counts summed over the rows of a recordings table."""
    return CharErrors(**{kind: int(recordings[f"char_{kind}"].sum()) for kind in _KINDS})


def timed(words: pd.DataFrame) -> pd.DataFrame:
    """The rows of a words table that have a latency: reference tokens whose end is known."""
    return words[words["end"].notna()]


def latencies(words: pd.DataFrame) -> dict[str, pd.Series[float]]:
    """Seconds from the end of each of these words, which must be known, by name of the figure."""
    return {
        "commit_latency": words["committed"] - words["end"],
        "commit_latency_ideal": _ideal(words),
        "shown_latency": words["shown"] - words["end"],
        "shown_latency_raw": words["shown_raw"] - words["end"],
    }


def _ideal(words: pd.DataFrame) -> pd.Series[float]:
    """Commit latency without queueing and compute of the committing step; never stays never."""
    late = words["waiting"] + words["held"]
    return late.where(np.isfinite(words["committed"]), np.inf)


def _wer(recordings: pd.DataFrame, scoring: ScoringConfig) -> Interval:
    blocks = word_blocks(recordings)
    errors, words = blocks["errors"].to_numpy(), blocks["words"].to_numpy()
    return ratios.estimate_rate(errors, words, scoring.confidence)


def _percentiles(
    values: pd.Series[float], speakers: NDArray[np.int64], scoring: ScoringConfig
) -> Percentiles:
    known = values.notna().to_numpy()
    groups, _ = pd.factorize(speakers[known], sort=True)
    shares = [percentile / 100 for percentile in PERCENTILES]
    found = quantiles(values[known].to_numpy(float), groups, shares, scoring.confidence)
    return {f"p{percentile}": each for percentile, each in zip(PERCENTILES, found, strict=True)}


def _cost(recordings: pd.DataFrame) -> Cost:
    """Of the recordings that were streamed: a failed one cost no compute that we could measure."""
    done = recordings[recordings["failure"] == ""]
    audio = done["seconds"].sum()
    stages = {stage: _ratio(done[f"{stage}_s"].sum(), audio) for stage in STAGES}
    return Cost(sum(stages.values()), stages)


def _failures(recordings: pd.DataFrame) -> dict[str, str]:
    failed = recordings[recordings["failure"] != ""]
    return dict(zip(failed["recording"], failed["failure"], strict=True))


def _ratio(numerator: float, denominator: float) -> float:
    return float(numerator / denominator) if denominator else math.nan
