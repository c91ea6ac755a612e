"""Figures of calls that one worker serves together, against the same calls alone.

The schedule of calls is fixed before any of them is served, and a word's latency counts from when
it was spoken: words that come late, or never, are counted as such.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from streamwer.config.load import SloConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.error_rate import KINDS
from streamwer.metrics.lag_slope import fit_slope
from streamwer.metrics.stats.quantiles import estimate_quantile as quantile
from streamwer.metrics.tables import Scores, score
from streamwer.text.normalise import Normaliser
from streamwer.types import Reference, Step, Word

TimeSpan = tuple[float, float]
"""Begin and end of the measured time, seconds on the worker's clock."""
_COUNTS = list(KINDS)


@dataclass(frozen=True)
class ServedCall:
    """A served call: its recording, when it began (seconds), and its steps."""

    reference: Reference
    begins: float
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class SoloResult:
    """Result of one recording with a worker to itself.

    Attributes:
        emitted: which reference words were emitted, shape (words,).
    """

    errors: int
    emitted: np.ndarray
    updates: int

    @classmethod
    def measure(cls, call: ServedCall, normaliser: Normaliser) -> SoloResult:
        """Measure a call that was served alone."""
        scores = _score_calls([call], normaliser)
        errors = int(scores.recordings[_COUNTS[1:]].to_numpy().sum())
        return cls(errors, _find_emitted_words(scores.words), count_updates(call.steps))


@dataclass(frozen=True)
class LoadFigures:
    """Figures of one run at one load.

    Attributes:
        streams: requested number of concurrent calls.
        seed: of the arrivals.
        offered: concurrent calls on average, within the measured time.
        achieved: seconds of audio processed per second.
        p50, p95, p99: commit latency of the words spoken in that time, seconds; None where they
            are too few.
        words: how many these are.
        lag_slope: seconds of lag gained per second of the run.
        utilisation: share of the time in which the worker is busy.
        waiting: streams that wait for the worker, on average.
        wer: of all calls.
        wer_alone: of the same calls alone.
        emitted: share of the words emitted alone that are emitted.
        partial_rate: changes of the screen, as a share of those alone.
    """

    streams: int
    seed: int
    offered: float
    achieved: float
    p50: float | None
    p95: float | None
    p99: float | None
    words: int
    lag_slope: float
    utilisation: float
    waiting: float
    wer: float
    wer_alone: float
    emitted: float
    partial_rate: float


def measure_load(
    calls: Sequence[ServedCall],
    alone: Mapping[str, SoloResult],
    normaliser: Normaliser,
    span: TimeSpan,
    streams: int,
    seed: int,
) -> LoadFigures:
    """Measure one run; NaN for what is unknown where nobody called, or nothing was said.

    Args:
        calls: every call of the run; one that failed has no steps, and all its words are missing.
        alone: results by name of the recording.
        normaliser: of the scores.
        span: the measured time.
        streams: requested number of concurrent calls.
        seed: of the arrivals.
    """
    if not calls:
        return _build_idle_figures(streams, seed)
    scores = _score_calls(_number_calls(calls), normaliser)
    late = _select_latencies(scores.words, calls, span)
    spans = [(call.begins, call.begins + call.reference.seconds) for call in calls]
    solo = [alone[call.reference.recording] for call in calls]
    counts, emitted = scores.recordings[_COUNTS].sum(), np.concatenate([e.emitted for e in solo])
    spoken = int(counts[_COUNTS[:3]].sum())
    return LoadFigures(
        streams=streams,
        seed=seed,
        offered=_measure_concurrency(spans, span),
        achieved=_sum_audio_heard(calls, span) / (span[1] - span[0]),
        **{f"p{q}": quantile(late, q / 100).value for q in (50, 95, 99)},
        words=len(late),
        lag_slope=fit_lag_slope(calls, span),
        utilisation=measure_utilisation(calls, span),
        waiting=_measure_concurrency(
            [(c.begins + s.ready, c.begins + s.start) for c in calls for s in c.steps], span
        ),
        wer=_divide(counts[_COUNTS[1:]].sum(), spoken),
        wer_alone=_divide(sum(each.errors for each in solo), spoken),
        emitted=_divide((_find_emitted_words(scores.words) & emitted).sum(), emitted.sum()),
        partial_rate=_divide(
            sum(count_updates(c.steps) for c in calls), sum(e.updates for e in solo)
        ),
    )


def slo_violations(run: LoadFigures, slo: SloConfig) -> tuple[str, ...]:
    """Return the SLOs that a run violates; one that is unknown counts as violated."""
    checks = {
        "p95_commit_s": run.p95 is not None and run.p95 <= slo.p95_commit_s,
        "lag_slope": run.lag_slope <= slo.lag_slope,
        "wer_points": compute_wer_increase(run) <= slo.wer_points,
        "emitted": run.emitted >= slo.emitted,
        "partial_rate": run.partial_rate >= slo.partial_rate,
    }
    return tuple(name for name, met in checks.items() if not met)


def compute_wer_increase(run: LoadFigures) -> float:
    """Return the increase in WER over the same calls alone, percentage points."""
    return 100 * (run.wer - run.wer_alone)


def count_updates(steps: Sequence[Step]) -> int:
    """Count the steps that changed the text on the screen."""
    shown: tuple[Word, ...] = ()
    changes = 0
    for step in steps:
        committed, tentative = step.update.committed, step.update.tentative
        now = (*committed, *tentative)
        changes += [word.text for word in now] != [word.text for word in shown] or bool(committed)
        shown = tentative
    return changes


def measure_latencies(
    calls: Sequence[ServedCall], normaliser: Normaliser, span: TimeSpan
) -> np.ndarray:
    """Measure the commit latencies of the reference words spoken in the measured time.

    Args:
        calls: of one run.
        normaliser: of the scores.
        span: the measured time.

    Returns:
        Seconds, shape (words,); infinite for a word that was never emitted.
    """
    return _select_latencies(_score_calls(_number_calls(calls), normaliser).words, calls, span)


def fit_lag_slope(calls: Sequence[ServedCall], span: TimeSpan) -> float:
    """Fit the seconds of lag gained per second of the run.

    Least squares of `emitted − audio_end` over the time on the worker's clock; NaN for fewer than
    two steps.
    """
    points = [(c.begins + s.audio_end, s.emitted - s.audio_end) for c in calls for s in c.steps]
    measured = [point for point in points if span[0] <= point[0] < span[1]]
    return fit_slope(*np.array(measured).reshape(-1, 2).T).value


def measure_utilisation(calls: Sequence[ServedCall], span: TimeSpan) -> float:
    """Measure the share of the time in which the worker is busy.

    Steps of one model call have one beginning and one end, and count once.
    """
    busy = {
        (round(c.begins + s.start, 9), round(c.begins + s.emitted, 9))
        for c in calls
        for s in c.steps
    }
    return _measure_concurrency(busy, span)


def _build_idle_figures(streams: int, seed: int) -> LoadFigures:
    """Figures of a run in which no call begins: with long calls at random that happens."""
    idle: dict[str, Any] = dict.fromkeys((each.name for each in fields(LoadFigures)), math.nan)
    idle |= dict.fromkeys(("p50", "p95", "p99"))
    idle |= dict.fromkeys(("offered", "achieved", "utilisation", "waiting"), 0.0)
    return LoadFigures(**(idle | {"streams": streams, "seed": seed, "words": 0}))


def _divide(part: float, whole: float) -> float:
    return float(part / whole) if whole else math.nan


def _number_calls(calls: Sequence[ServedCall]) -> list[ServedCall]:
    """Calls under unique names: several of them play the same recording."""
    return [
        replace(call, reference=replace(call.reference, recording=str(i)))
        for i, call in enumerate(calls)
    ]


def _score_calls(calls: Sequence[ServedCall], normaliser: Normaliser) -> Scores:
    references = [call.reference for call in calls]
    steps = [
        replace(step, recording=call.reference.recording) for call in calls for step in call.steps
    ]
    return score(references, EventLog(tuple(steps)), normaliser)


def _find_emitted_words(words: pd.DataFrame) -> np.ndarray:
    """Tell of each reference word whether it was emitted."""
    reference = words[words["status"] != "inserted"]
    return np.asarray(reference["status"] != "deleted")


def _select_latencies(
    words: pd.DataFrame, calls: Sequence[ServedCall], span: TimeSpan
) -> np.ndarray:
    begins = {str(i): call.begins for i, call in enumerate(calls)}
    reference = words[words["status"] != "inserted"]
    spoken = reference["end"] + reference["recording"].map(begins)
    chosen = reference[(spoken >= span[0]) & (spoken < span[1])]
    return np.asarray(chosen["committed"] - chosen["end"], dtype=np.float64)


def _measure_concurrency(intervals: Iterable[TimeSpan], span: TimeSpan) -> float:
    """Mean number of intervals that overlap at a time within the measured time."""
    overlaps = (max(0.0, min(end, span[1]) - max(begin, span[0])) for begin, end in intervals)
    return sum(overlaps) / (span[1] - span[0])


def _sum_audio_heard(calls: Sequence[ServedCall], span: TimeSpan) -> float:
    """Seconds of audio processed by steps that were emitted within the measured time."""
    audio = 0.0
    for call in calls:
        ends = [0.0, *(step.audio_end for step in call.steps)]
        for step, (before, after) in zip(call.steps, pairwise(ends), strict=True):
            if span[0] <= call.begins + step.emitted < span[1]:
                audio += max(0.0, after - before)
    return audio
