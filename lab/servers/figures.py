"""The figures of a system with one end-of-audio policy, over all its recordings and repeats."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from lab.servers.lanes import Job
from lab.servers.systems import CHUNK_S, Played, Subject
from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import SERVER_CPU, EventLog
from streamwer.metrics.error_rate import sum_errors, sum_reference_units
from streamwer.metrics.latency import select_timed_words
from streamwer.metrics.registry import list_ratio_metrics
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.stats.ratios import estimate_rate, estimate_ratio
from streamwer.metrics.summary import Summary, summarise
from streamwer.metrics.tables import Scores, score
from streamwer.reports.latencies import compute_median_latencies
from streamwer.simulation.generator import LARGEST_LAG
from streamwer.text.normalise import ENGLISH, get_normaliser
from streamwer.types import Failure, Reference

NEVER = "never"
"""A latency of words most of which never came."""
_DIGITS = 4
_LATENCIES = (
    ("commit", "commit_latency", ("p50", "p95")),
    ("shown", "shown_latency", ("p50", "p95")),
    ("end_of_speech_final", "end_of_speech_final", ("p50",)),
    ("end_of_speech_any", "end_of_speech_any", ("p50",)),
    ("end_of_turn", "end_of_turn_delay", ("p50",)),
)
_RATIOS = {
    name: name
    for name in (
        *("tail_loss", "end_of_speech_final_wer", "end_of_speech_any_wer"),
        *("word_emission_latency", "punctuation", "entities", "early_cutoff"),
    )
} | {"cpu_per_audio_s": "server_cpu"}
"""Metric by the key of a row."""


def measure(
    subject: Subject,
    end_of_audio: str,
    played: Mapping[Job, Played],
    references: Sequence[Reference],
) -> dict[str, Any]:
    """Measure one row.

    Args:
        subject: the system.
        end_of_audio: its policy.
        played: everything that was played.
        references: of the recordings.
    """
    mine = {
        job: each
        for job, each in sorted(played.items())
        if (job.system, job.end_of_audio) == (subject.name, end_of_audio)
    }
    if not mine:
        return describe_failed(subject, "out of time")
    sessions = [_name_session(references[job.recording], job) for job in mine]
    row = {"system": subject.name, "version": subject.version, "end_of_audio": end_of_audio}
    failures = [each.failure for each in mine.values() if each.failure]
    lags = [lag for each in mine.values() for lag in each.lags]
    lag = float(np.quantile(lags, 0.99)) if lags else None
    scores = _score(sessions, list(mine.values()))
    summary = summarise("", scores, None, ScoringConfig(ENGLISH), {})
    return row | {
        "sessions": len(mine),
        "failed_sessions": len(failures),
        "failure": failures[0] if failures else "",
        "words": summary.errors.words,
        "wer": _round(summary.wer.value),
        **_list_latencies(summary),
        **{key: _round(summary.figures[name].value) for key, name in _RATIOS.items()},
        "commit_violations": sum(each.violations for each in mine.values()),
        "generator_lag_p99_s": None if lag is None else _round(lag),
        "void": lag is not None and lag > LARGEST_LAG * CHUNK_S,
        "intervals": dict(_list_intervals(summary, scores)),
        "calls": list(_list_calls(scores)),
    }


def describe_failed(subject: Subject, reason: str) -> dict[str, Any]:
    """Describe a system that could not be measured."""
    return {"system": subject.name, "version": subject.version, "failure": reason, "sessions": 0}


def _name_session(reference: Reference, job: Job) -> Reference:
    source = reference.source or reference.recording  # its repeats are one block of the intervals
    return replace(reference, recording=f"{reference.recording}.{job.repeat + 1}", source=source)


def _score(references: Sequence[Reference], played: Sequence[Played]) -> Scores:
    steps, failures, spent = [], [], {}
    for reference, each in zip(references, played, strict=True):
        steps += [replace(step, recording=reference.recording) for step in each.steps]
        spent[reference.recording] = each.cpu_s
        if each.failure:
            failures.append(Failure(reference.recording, each.failure))
    log = EventLog(tuple(steps), tuple(failures), {SERVER_CPU: json.dumps(spent)})
    return score(references, log, get_normaliser(ENGLISH))


def _list_latencies(summary: Summary) -> dict[str, float | str | None]:
    found: dict[str, float | str | None] = {}
    for name, metric, percentiles in _LATENCIES:
        for percentile in percentiles:
            value = summary.latencies[metric][percentile].value
            found[f"{name}_{percentile}_s"] = None if value is None else _round(value)
    return found


def _list_intervals(
    summary: Summary, scores: Scores
) -> Iterator[tuple[str, list[float | str | None]]]:
    """Yield the intervals that are known, over speakers, whose calls and repeats are one block."""
    found: dict[str, Interval | Quantile] = {"wer": summary.wer}
    for name, metric, percentiles in _LATENCIES:
        for percentile in percentiles:
            found[f"{name}_{percentile}_s"] = summary.latencies[metric][percentile]
    tables = replace(scores, words=select_timed_words(scores.words))
    ratios = {each.name: each for each in list_ratio_metrics()}
    speakers = pd.factorize(scores.recordings["speaker"])[0]
    for key, name in _RATIOS.items():
        parts = ratios[name].parts(tables)
        above, below = (np.bincount(speakers, part).astype(float) for part in parts)
        estimate = estimate_rate if ratios[name].exact else estimate_ratio
        found[key] = estimate(above, below, ScoringConfig.confidence)
    for key, each in found.items():
        if each.low is not None and each.high is not None and not math.isnan(each.low):
            yield key, [_round(each.low), _round(each.high)]


def _list_calls(scores: Scores) -> Iterator[dict[str, Any]]:
    """Yield the figures of each session."""
    rows, medians = scores.recordings, compute_median_latencies(scores)
    for name, words, errors, spent in zip(
        rows["recording"],
        sum_reference_units(rows),
        sum_errors(rows),
        rows[SERVER_CPU],
        strict=True,
    ):
        late = medians.get(name)
        yield {
            "session": name,
            "words": int(words),
            "errors": int(errors),
            "commit_p50_s": None if late is None else _round(late),
            "cpu_s": _round(spent),
        }


def _round(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    return NEVER if math.isinf(value) else round(value, _DIGITS)
