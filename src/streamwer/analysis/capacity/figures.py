"""What calls got that one worker served together, beside what each of them gets alone.

The schedule of calls is fixed before any of them is served, and a word's latency counts from when
it was spoken: words that come late, or never, are counted as such.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from streamwer.config.load import SloConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.stats.quantiles import alone as quantile
from streamwer.metrics.tables import Scores, score
from streamwer.text.normalise import Normaliser
from streamwer.types import Reference, Step, Word

Span = tuple[float, float]
"""Begin and end of the time that counts, seconds on the worker's line."""
_COUNTS = ["hits", "substitutions", "deletions", "insertions"]


@dataclass(frozen=True)
class Call:
    """A call that was served: what it played, when it began (seconds), and its steps."""

    reference: Reference
    begins: float
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Alone:
    """One recording with a worker to itself.

    Attributes:
        errors: of its words.
        emitted: which reference words came at all, shape (words,).
        updates: changes of the screen.
    """

    errors: int
    emitted: np.ndarray
    updates: int

    @classmethod
    def of(cls, call: Call, normaliser: Normaliser) -> Alone:
        """Of a call that was served alone."""
        scores = _scored([call], normaliser)
        errors = int(scores.recordings[_COUNTS[1:]].to_numpy().sum())
        return cls(errors, _emitted(scores.words), updates(call.steps))


@dataclass(frozen=True)
class Figures:
    """What one run at one load gave.

    Attributes:
        streams: calls at once that were asked for.
        seed: of the arrivals.
        offered: calls at once on average, within the time that counts.
        achieved: seconds of audio that were heard and shown in a second.
        p50, p95, p99: commit latency of the words spoken in that time, seconds; None where they
            are too few.
        words: how many these are.
        lag_slope: seconds of lag gained per second of the run.
        utilisation: share of the time in which the worker is busy.
        waiting: streams that wait for the worker, on average.
        wer: of all calls.
        wer_alone: of the same calls alone.
        emitted: of the reference words that are emitted alone, the share that is emitted.
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


def figures(
    calls: Sequence[Call],
    alone: Mapping[str, Alone],
    normaliser: Normaliser,
    span: Span,
    streams: int,
    seed: int,
) -> Figures:
    """The figures of one run; NaN for what cannot be told where nobody called, or said a word.

    Args:
        calls: every call of the run; one that failed has no steps, and all its words are missing.
        alone: by name of the recording.
        span: the time that counts.
        streams: calls at once that were asked for.
        seed: of the arrivals.
    """
    if not calls:
        return _of_nobody(streams, seed)
    scores = _scored(_numbered(calls), normaliser)
    late = _latencies(scores.words, calls, span)
    begin, end = span
    steps = [(call.begins, step) for call in calls for step in call.steps]
    same = [alone[call.reference.recording] for call in calls]
    counts = scores.recordings[_COUNTS].sum()
    spoken = int(counts[_COUNTS[:3]].sum())
    came = np.concatenate([each.emitted for each in same])
    return Figures(
        streams=streams,
        seed=seed,
        offered=sum(_overlap(c.begins, c.begins + c.reference.seconds, span) for c in calls)
        / (end - begin),
        achieved=_heard(calls, span) / (end - begin),
        p50=quantile(late, 0.5).value,
        p95=quantile(late, 0.95).value,
        p99=quantile(late, 0.99).value,
        words=len(late),
        lag_slope=lag_slope(calls, span),
        utilisation=utilisation(calls, span),
        waiting=sum(_overlap(b + s.ready, b + s.start, span) for b, s in steps) / (end - begin),
        wer=_ratio(counts[_COUNTS[1:]].sum(), spoken),
        wer_alone=_ratio(sum(each.errors for each in same), spoken),
        emitted=_ratio((_emitted(scores.words) & came).sum(), came.sum()),
        partial_rate=_ratio(sum(updates(c.steps) for c in calls), sum(e.updates for e in same)),
    )


def broken(found: Figures, slo: SloConfig) -> tuple[str, ...]:
    """What of the service level a run does not meet; what cannot be told is not met."""
    checks = {
        "p95_commit_s": found.p95 is not None and found.p95 <= slo.p95_commit_s,
        "lag_slope": found.lag_slope <= slo.lag_slope,
        "wer_points": wer_points(found) <= slo.wer_points,
        "emitted": found.emitted >= slo.emitted,
        "partial_rate": found.partial_rate >= slo.partial_rate,
    }
    return tuple(name for name, met in checks.items() if not met)


def wer_points(found: Figures) -> float:
    """How far the WER is above that of the same calls alone, percentage points."""
    return 100 * (found.wer - found.wer_alone)


def updates(steps: Sequence[Step]) -> int:
    """Steps that changed what stands on the screen."""
    shown: tuple[Word, ...] = ()
    changes = 0
    for step in steps:
        committed, tentative = step.update.committed, step.update.tentative
        now = (*committed, *tentative)
        changes += [word.text for word in now] != [word.text for word in shown] or bool(committed)
        shown = tentative
    return changes


def latencies(calls: Sequence[Call], normaliser: Normaliser, span: Span) -> np.ndarray:
    """Commit latencies of the reference words spoken in the time that counts, seconds.

    Infinite for a word that never came. Shape (words,).
    """
    return _latencies(_scored(_numbered(calls), normaliser).words, calls, span)


def lag_slope(calls: Sequence[Call], span: Span) -> float:
    """Seconds of lag gained per second of the run.

    Least squares of `emitted − audio_end` over the time on the worker's line; NaN for fewer than
    two steps.
    """
    points = [(c.begins + s.audio_end, s.emitted - s.audio_end) for c in calls for s in c.steps]
    inside = np.array([point for point in points if span[0] <= point[0] < span[1]])
    if len(inside) < 2:
        return math.nan
    at, lag = inside[:, 0] - inside[:, 0].mean(), inside[:, 1]
    spread = float(at @ at)
    return float(at @ lag) / spread if spread else math.nan


def utilisation(calls: Sequence[Call], span: Span) -> float:
    """Share of the time in which the worker is busy.

    Steps of one model call have one beginning and one end, and count once.
    """
    busy = {
        (round(c.begins + s.start, 9), round(c.begins + s.emitted, 9))
        for c in calls
        for s in c.steps
    }
    return sum(_overlap(*each, span) for each in busy) / (span[1] - span[0])


def _of_nobody(streams: int, seed: int) -> Figures:
    """Of a run in which no call begins: long calls at random are far between."""
    idle: dict[str, Any] = dict.fromkeys((each.name for each in fields(Figures)), math.nan)
    idle |= dict.fromkeys(("p50", "p95", "p99"))
    idle |= dict.fromkeys(("offered", "achieved", "utilisation", "waiting"), 0.0)
    return Figures(**(idle | {"streams": streams, "seed": seed, "words": 0}))


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else math.nan


def _numbered(calls: Sequence[Call]) -> list[Call]:
    """The calls under names of their own: several of them play the same recording."""
    return [
        replace(call, reference=replace(call.reference, recording=str(i)))
        for i, call in enumerate(calls)
    ]


def _scored(calls: Sequence[Call], normaliser: Normaliser) -> Scores:
    references = [call.reference for call in calls]
    steps = [
        replace(step, recording=call.reference.recording) for call in calls for step in call.steps
    ]
    return score(references, EventLog(tuple(steps)), normaliser)


def _emitted(words: pd.DataFrame) -> np.ndarray:
    """Of each reference word whether it came at all."""
    reference = words[words["status"] != "inserted"]
    return np.asarray(reference["status"] != "deleted")


def _latencies(words: pd.DataFrame, calls: Sequence[Call], span: Span) -> np.ndarray:
    begins = {str(i): call.begins for i, call in enumerate(calls)}
    reference = words[words["status"] != "inserted"]
    spoken = reference["end"] + reference["recording"].map(begins)
    chosen = reference[(spoken >= span[0]) & (spoken < span[1])]
    return np.asarray(chosen["committed"] - chosen["end"], dtype=np.float64)


def _overlap(begin: float, end: float, span: Span) -> float:
    return max(0.0, min(end, span[1]) - max(begin, span[0]))


def _heard(calls: Sequence[Call], span: Span) -> float:
    """Seconds of audio that came to be heard in steps that were shown within the time."""
    heard = 0.0
    for call in calls:
        ends = [0.0, *(step.audio_end for step in call.steps)]
        for step, (before, after) in zip(call.steps, pairwise(ends), strict=True):
            if span[0] <= call.begins + step.emitted < span[1]:
                heard += max(0.0, after - before)
    return heard
