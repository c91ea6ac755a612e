"""Main effects: what each value of a setting gives on average over everything else."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from streamwer.analysis.sweeps.axes import flat, level
from streamwer.analysis.sweeps.point import Point
from streamwer.config.experiment import ScoringConfig
from streamwer.metrics.differences import word_blocks
from streamwer.metrics.stats import ratios
from streamwer.metrics.stats.intervals import Floats, Interval
from streamwer.metrics.stats.quantiles import Integers, Quantile, mean_quantile
from streamwer.metrics.summary import latencies, timed
from streamwer.metrics.tables import Scores, clusters

_Late = tuple[Floats, Integers]
"""Seconds of each word, and the number of its speaker."""


@dataclass(frozen=True)
class Level:
    """One value of a setting.

    Attributes:
        points: how many points have it.
        wer: mean over these points, with its interval over speakers.
        p95: mean over those of them whose p95 is finite, seconds, with its interval over
            speakers; None if none is.
        unplaced: how many of them have no finite p95.
    """

    value: str
    points: int
    wer: Interval
    p95: Quantile
    unplaced: int


@dataclass(frozen=True)
class Effect:
    """One setting.

    Attributes:
        balanced: whether each value met the same values of all other settings equally often:
            otherwise the difference between two values may be that of something else.
    """

    axis: str
    levels: tuple[Level, ...]
    balanced: bool


def main_effects(
    points: Sequence[Point],
    scores: Mapping[str, Scores],
    axes: Sequence[str],
    scoring: ScoringConfig,
) -> list[Effect]:
    """The effect of every axis, over the points that have figures; none where all failed.

    Args:
        scores: of each point, by its name.
    """
    good = [point for point in points if not point.failure]
    if not good:
        return []
    late = {point.name: _commit_latencies(scores[point.name]) for point in good}
    return [_effect(axis, good, scores, late, axes, scoring) for axis in axes]


def _effect(
    axis: str,
    points: Sequence[Point],
    scores: Mapping[str, Scores],
    late: Mapping[str, _Late],
    axes: Sequence[str],
    scoring: ScoringConfig,
) -> Effect:
    members: dict[str, list[Point]] = {}
    for point in points:
        members.setdefault(level(flat(point.config), axis), []).append(point)
    levels = [_level(value, members[value], scores, late, scoring) for value in ordered(members)]
    others = [other for other in axes if other != axis]
    met = [_settings(group, others) for group in members.values()]
    return Effect(axis, tuple(levels), all(each == met[0] for each in met))


def ordered(values: Mapping[str, object] | Sequence[str]) -> list[str]:
    """Numbers by size; other values as they came, after them."""
    return sorted(values, key=lambda value: (math.isnan(_number(value)), _number(value)))


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan


def _level(
    value: str,
    points: Sequence[Point],
    scores: Mapping[str, Scores],
    late: Mapping[str, _Late],
    scoring: ScoringConfig,
) -> Level:
    placed = [point for point in points if math.isfinite(point.delay)]
    return Level(
        value=value,
        points=len(points),
        wer=_mean_wer([scores[point.name] for point in points], scoring),
        p95=mean_quantile([late[point.name] for point in placed], 0.95, scoring.confidence),
        unplaced=len(points) - len(placed),
    )


def _commit_latencies(scores: Scores) -> _Late:
    words = timed(scores.words)
    late = latencies(words)["commit_latency"].to_numpy(float)
    return late, clusters(words["recording"], scores.recordings)


def _mean_wer(tables: Sequence[Scores], scoring: ScoringConfig) -> Interval:
    """Pooled over the points: as all have the same words, that is the mean of their WERs."""
    together = word_blocks(pd.concat([each.recordings for each in tables]))
    errors, words = together["errors"].to_numpy(), together["words"].to_numpy()
    return ratios.estimate_rate(errors, words, scoring.confidence)


def _settings(points: Sequence[Point], axes: Sequence[str]) -> Counter[tuple[str, ...]]:
    """How often each combination of the other settings occurs."""
    configs = [flat(point.config) for point in points]
    return Counter(tuple(level(config, axis) for axis in axes) for config in configs)
