"""Lag slope: whether a system keeps up, or falls further behind the longer it listens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from streamwer.types import Step


@dataclass(frozen=True)
class LagSlope:
    """A least-squares slope and the spread it rests on.

    Attributes:
        value: seconds of lag gained per second of audio; NaN with fewer than two moments.
        spread: sum of squared distances of the steps' audio times from their mean, s²: the weight
            of this slope among others.
    """

    value: float
    spread: float


def lag_slope(steps: Sequence[Step]) -> LagSlope:
    """Of one recording: `emitted − audio_end` of its steps over `audio_end`.

    A queue that is fed 1 s of audio for every 1.2 s of compute has slope 0.2, whether it works
    its chunks off one by one or takes all that has arrived at once.
    """
    audio = np.array([step.audio_end for step in steps])
    lag = np.array([step.emitted for step in steps]) - audio
    if len(audio) < 2 or np.isnan(audio).any():
        return LagSlope(math.nan, 0.0)
    distance = audio - audio.mean()
    spread = float(distance @ distance)
    return LagSlope(float(distance @ lag) / spread if spread else math.nan, spread)


def pooled_slope(recordings: pd.DataFrame) -> float:
    """One slope for all recordings, each with a level of its own: the mean, weighted by spread."""
    slopes, spread = recordings["lag_slope"], recordings["lag_spread"]
    known = slopes.notna()
    return float((slopes * spread)[known].sum() / spread[known].sum()) if known.any() else math.nan
