"""Lag slope: whether a system keeps up, or falls further behind the longer it listens."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import (
    STABILITY,
    Display,
    Tables,
    get_column,
    metric,
    recording_columns,
)
from streamwer.metrics.stats.intervals import Floats
from streamwer.types import Step


class LagSlope(NamedTuple):
    """A least-squares slope and the spread it rests on.

    Attributes:
        value: seconds of lag gained per second of audio; NaN with fewer than two moments.
        spread: sum of squared distances of the steps' audio times from their mean, s²: the weight
            of this slope among others.
    """

    value: float
    spread: float


@recording_columns
def build_lag_slope_columns(recording: AlignedRecording) -> Mapping[str, float]:
    """Return a recording's lag slope and its weight."""
    slope, spread = fit_lag_slope(recording.steps)
    return {"lag_slope": slope, "lag_spread": spread}


@metric(
    "lag_slope",
    unit="s per s",
    better="lower",
    source="stability of a queue, Lindley 1952",
    shown=Display(
        STABILITY,
        55,
        "Lag slope",
        "seconds of lag gained per second of audio",
        ".3f",
        line="{:.3f} s gained per second of audio",
    ),
    comparable="latency",
)
def weigh_lag_slopes(tables: Tables) -> tuple[Floats, Floats]:
    """Return slope times spread, and spread: one slope, with a level for each recording."""
    slopes = get_column(tables.recordings, "lag_slope")
    spread = np.where(np.isnan(slopes), 0, get_column(tables.recordings, "lag_spread"))
    return np.nan_to_num(slopes) * spread, spread


def fit_lag_slope(steps: Sequence[Step]) -> LagSlope:
    """Fit the slope of `emitted − audio_end` over `audio_end` of one recording's steps.

    A queue that is fed 1 s of audio for every 1.2 s of compute has slope 0.2, whether it works
    its chunks off one by one or takes all that has arrived at once.
    """
    audio = np.array([step.audio_end for step in steps])
    return fit_slope(audio, np.array([step.emitted for step in steps]) - audio)


def fit_slope(at: Floats, lag: Floats) -> LagSlope:
    """Fit the slope of lags over the times at which they were measured, both of shape (n,)."""
    if len(at) < 2 or np.isnan(at).any():
        return LagSlope(math.nan, 0.0)
    distance = at - at.mean()
    spread = float(distance @ distance)
    return LagSlope(float(distance @ lag) / spread if spread else math.nan, spread)
