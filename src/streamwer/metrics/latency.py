"""Latency: from the end of a reference word to the moment it was shown, or final."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from operator import itemgetter

import numpy as np
import pandas as pd

from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import (
    Display,
    Tables,
    latency_metric,
    list_latency_metrics,
    metric,
    pool_by_recording,
    recording_columns,
)
from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.word_table import NEVER

_FINAL = "Until a word is final (commit latency)"
ON_SCREEN = "Until text is on screen: a word, the first text, the last commit"
"""A section of the report's first table that several files have metrics in."""


def _measure_since_end(column: str) -> Callable[[pd.DataFrame], pd.Series[float]]:
    """Return a function of a words table: the seconds from each word's end to a moment."""
    return lambda words: words[column] - words["end"]


latency_metric(
    "commit_latency",
    source="Macháček et al. 2023, without leaving out deleted words",
    shown=Display(
        _FINAL,
        20,
        "Commit",
        "half of the words are final within",
        more_hints=(
            "95\u00a0% of the words are final within",
            "99\u00a0% of the words are final within",
        ),
    ),
    rule="commit",
)(_measure_since_end("committed"))


@latency_metric(
    "commit_latency_ideal",
    source="computation-unaware latency, Ma et al. 2020",
    shown=Display(
        _FINAL,
        21,
        "Ideal",
        "the same without compute and queueing",
        rule_label="commit latency without compute",
    ),
    rule="ideal",
)
def measure_ideal_latency(words: pd.DataFrame) -> pd.Series[float]:
    """Return the commit latency without queueing and compute of the committing step.

    A word that never came stays infinitely late.
    """
    late = words["waiting"] + words["held"]
    return late.where(np.isfinite(words["committed"]), np.inf)


latency_metric(
    "shown_latency",
    source="ours",
    shown=Display(
        ON_SCREEN,
        30,
        "First shown",
        "half of the words are shown for good within",
        rule_label="first-shown latency",
    ),
    rule="shown",
)(_measure_since_end("shown"))


latency_metric(
    "shown_latency_raw",
    source="ours",
    shown=Display(place=30, label="with case and punctuation"),
    variant_of="shown_latency",
)(_measure_since_end("shown_raw"))


@metric(
    "word_emission_latency",
    unit="s",
    better="lower",
    source="Picovoice, real-time transcription benchmark",
    shown=Display(
        ON_SCREEN,
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
    words, recordings = tables.words, tables.recordings
    if "status" not in words:
        return np.full(len(recordings), np.nan), np.full(len(recordings), np.nan)
    delays = (words["shown"] - words["end"]).astype(float)
    known = (words["status"] == "hit") & np.isfinite(delays)
    return pool_by_recording(recordings, delays[known], words["recording"][known])


latency_metric(
    "first_text",
    source="ours",
    shown=Display(
        ON_SCREEN, 31, "First text", "from the first word’s end to any text", percentiles=(50,)
    ),
    once=True,
)(itemgetter("first_text"))


latency_metric(
    "finalisation",
    source="ours",
    shown=Display(
        ON_SCREEN,
        32,
        "Finalisation",
        "from the last word’s end to the last commit",
        percentiles=(50,),
    ),
    once=True,
)(itemgetter("finalisation"))


@recording_columns
def build_latency_columns(recording: AlignedRecording) -> Mapping[str, float]:
    """Return a recording's first text and finalisation; NaN without word times."""
    words = recording.reference.words
    if not words:
        return {"first_text": math.nan, "finalisation": math.nan}
    shown = (s.emitted for s in recording.steps if s.update.committed or s.update.tentative)
    return {
        "first_text": next(shown, NEVER) - words[0].end,
        "finalisation": _measure_finalisation(recording),
    }


def _measure_finalisation(recording: AlignedRecording) -> float:
    """Return the last commit less the last word's end; never, if that word was not emitted."""
    if not recording.reference_tokens:
        return math.nan
    last = max(at for at, pair in enumerate(recording.pairs) if pair.reference is not None)
    if recording.rows["committed"][last] == NEVER:
        return NEVER
    end = recording.reference.words[recording.reference_tokens[-1].last].end
    return max(step.emitted for step in recording.steps if step.update.committed) - end


def select_timed_words(words: pd.DataFrame) -> pd.DataFrame:
    """Select the rows of a words table that have a latency: reference words with a known end."""
    return words[words["end"].notna()]


def measure_latencies(words: pd.DataFrame) -> dict[str, pd.Series[float]]:
    """Return the latencies of words with a known end, in seconds, by name of the metric."""
    return {each.name: each.seconds(words) for each in list_latency_metrics() if not each.once}
