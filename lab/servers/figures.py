"""The figures of a system with one end-of-audio policy, over all its recordings and repeats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lab.servers.lanes import Job
from lab.servers.systems import CHUNK_S, Played, Subject
from streamwer.config.experiment import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.summary import Summary, summarise
from streamwer.metrics.tables import score
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
)
_RATIOS = (
    *("tail_loss", "end_of_speech_final_wer", "end_of_speech_any_wer"),
    *("word_emission_latency", "punctuation", "entities"),
)


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
    summary = _summarise(sessions, list(mine.values()))
    return row | {
        "sessions": len(mine),
        "failed_sessions": len(failures),
        "failure": failures[0] if failures else "",
        "words": summary.errors.words,
        "wer": _round(summary.wer.value),
        **_list_latencies(summary),
        **{name: _round(summary.figures[name].value) for name in _RATIOS},
        "cpu_per_audio_s": _round(_divide_cpu(sessions, list(mine.values()))),
        "commit_violations": sum(each.violations for each in mine.values()),
        "generator_lag_p99_s": None if lag is None else _round(lag),
        "void": lag is not None and lag > LARGEST_LAG * CHUNK_S,
    }


def describe_failed(subject: Subject, reason: str) -> dict[str, Any]:
    """Describe a system that could not be measured."""
    return {"system": subject.name, "version": subject.version, "failure": reason, "sessions": 0}


def _name_session(reference: Reference, job: Job) -> Reference:
    return replace(reference, recording=f"{reference.recording}.{job.repeat + 1}")


def _summarise(references: Sequence[Reference], played: Sequence[Played]) -> Summary:
    steps, failures = [], []
    for reference, each in zip(references, played, strict=True):
        steps += [replace(step, recording=reference.recording) for step in each.steps]
        if each.failure:
            failures.append(Failure(reference.recording, each.failure))
    log = EventLog(tuple(steps), tuple(failures))
    scores = score(references, log, get_normaliser(ENGLISH))
    return summarise("", scores, None, ScoringConfig(ENGLISH), {})


def _list_latencies(summary: Summary) -> dict[str, float | str | None]:
    found: dict[str, float | str | None] = {}
    for name, metric, percentiles in _LATENCIES:
        for percentile in percentiles:
            value = summary.latencies[metric][percentile].value
            found[f"{name}_{percentile}_s"] = None if value is None else _round(value)
    return found


def _divide_cpu(references: Sequence[Reference], played: Sequence[Played]) -> float:
    """Return the processor seconds per second of audio, of the sessions that did not fail."""
    done = [(ref, each) for ref, each in zip(references, played, strict=True) if not each.failure]
    seconds = sum(reference.seconds for reference, _ in done)
    return sum(each.cpu_s for _, each in done) / seconds if seconds else math.nan


def _round(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    return NEVER if math.isinf(value) else round(value, _DIGITS)
