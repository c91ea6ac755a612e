"""Main effects of the settings of a sweep: the mean WER and latency at each value."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from streamwer.analysis.sweeps.axes import flatten_config, format_axis_value
from streamwer.analysis.sweeps.point import SweepPoint
from streamwer.config.scoring import ScoringConfig
from streamwer.metrics.differences import count_by_speaker
from streamwer.metrics.latency import measure_latencies, select_timed_words
from streamwer.metrics.stats import ratios
from streamwer.metrics.stats.intervals import Floats, Interval
from streamwer.metrics.stats.quantiles import Integers, Quantile, average_quantile
from streamwer.metrics.tables import Scores, number_speakers

_Latencies = tuple[Floats, Integers]
"""Seconds of each word, and the number of its speaker."""


@dataclass(frozen=True)
class LevelEffect:
    """Mean figures at one value of a setting.

    Attributes:
        points: the number of points that have it.
        wer: mean over these points, with its interval over speakers.
        late: mean over those of them whose latency is finite, seconds, of percentiles with the
            interval over speakers; None if none is.
        unplaced: the number of them without a finite latency.
    """

    value: str
    points: int
    wer: Interval
    late: Quantile
    unplaced: int


@dataclass(frozen=True)
class MainEffect:
    """The effect of one setting.

    Attributes:
        balanced: whether each value occurs equally often with each combination of the others;
            otherwise another setting may explain a difference between two values.
    """

    axis: str
    levels: tuple[LevelEffect, ...]
    balanced: bool


def estimate_main_effects(
    points: Sequence[SweepPoint],
    scores: Mapping[str, Scores],
    axes: Sequence[str],
    scoring: ScoringConfig,
) -> list[MainEffect]:
    """Estimate the main effect of every axis over the points that did not fail.

    Args:
        points: of the sweep.
        scores: of each point, by its name.
        axes: the settings that were varied.
        scoring: of the intervals.
    """
    complete = [point for point in points if not point.failure]
    if not complete:
        return []
    late = {point.name: _commit_latencies(scores[point.name]) for point in complete}
    return [_estimate_effect(axis, complete, scores, late, axes, scoring) for axis in axes]


def _estimate_effect(
    axis: str,
    points: Sequence[SweepPoint],
    scores: Mapping[str, Scores],
    late: Mapping[str, _Latencies],
    axes: Sequence[str],
    scoring: ScoringConfig,
) -> MainEffect:
    members: dict[str, list[SweepPoint]] = {}
    for point in points:
        members.setdefault(format_axis_value(flatten_config(point.config), axis), []).append(point)
    levels = [
        _estimate_level(value, members[value], scores, late, scoring)
        for value in sort_levels(members)
    ]
    others = [other for other in axes if other != axis]
    combinations = [_count_combinations(group, others) for group in members.values()]
    return MainEffect(axis, tuple(levels), all(each == combinations[0] for each in combinations))


def sort_levels(values: Mapping[str, object] | Sequence[str]) -> list[str]:
    """Sort numbers by size; other values follow in their order."""
    return sorted(
        values, key=lambda value: (math.isnan(_parse_number(value)), _parse_number(value))
    )


def _parse_number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan


def _estimate_level(
    value: str,
    points: Sequence[SweepPoint],
    scores: Mapping[str, Scores],
    late: Mapping[str, _Latencies],
    scoring: ScoringConfig,
) -> LevelEffect:
    placed = [point for point in points if math.isfinite(point.delay)]
    return LevelEffect(
        value=value,
        points=len(points),
        wer=_pool_wer([scores[point.name] for point in points], scoring),
        late=_average_latency(placed, late, scoring),
        unplaced=len(points) - len(placed),
    )


def _average_latency(
    points: Sequence[SweepPoint], late: Mapping[str, _Latencies], scoring: ScoringConfig
) -> Quantile:
    share = {"p95": 0.95, "p50": 0.5}.get(points[0].measure) if points else None
    if share:
        return average_quantile([late[each.name] for each in points], share, scoring.confidence)
    return Quantile(sum(each.delay for each in points) / len(points)) if points else Quantile(None)


def _commit_latencies(scores: Scores) -> _Latencies:
    words = select_timed_words(scores.words)
    late = measure_latencies(words)["commit_latency"].to_numpy(float)
    return late, number_speakers(words["recording"], scores.recordings)


def _pool_wer(tables: Sequence[Scores], scoring: ScoringConfig) -> Interval:
    """Pooled WER: as all points have the same words, it is the mean of their WERs."""
    together = count_by_speaker(pd.concat([each.recordings for each in tables]))
    errors, words = together["errors"].to_numpy(), together["words"].to_numpy()
    return ratios.estimate_rate(errors, words, scoring.confidence)


def _count_combinations(
    points: Sequence[SweepPoint], axes: Sequence[str]
) -> Counter[tuple[str, ...]]:
    """Count the combinations of the other settings."""
    configs = [flatten_config(point.config) for point in points]
    return Counter(tuple(format_axis_value(config, axis) for axis in axes) for config in configs)
