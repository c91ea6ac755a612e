"""How far each system lags behind the audio as a call goes on: one line per system."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from streamwer.analysis import formatting
from streamwer.metrics.summary import Summary, timed
from streamwer.reports.comparison import Comparison, System
from streamwer.reports.palette import Style, styles
from streamwer.reports.plots.axis import Axis, Frame, Tick
from streamwer.reports.plots.labels import spread

WIDE = Frame(width=560, height=390, left=52, right=416, top=32, bottom=340)
NARROW = Frame(width=344, height=330, left=44, right=334, top=32, bottom=280)

_PARTS = 12
_ENOUGH = 5
"""Words below which a part of the time tells nothing."""


class Line(NamedTuple):
    """One system: the paths of its median and of its 95 % quantile, and its label."""

    style: Style
    middle: str
    high: str
    end_y: float
    end_x: float
    label_y: float
    name: str
    text: str


@dataclass(frozen=True)
class Lag:
    """Everything the template draws."""

    frame: Frame
    lines: list[Line]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    log: bool
    labels_beside: bool
    description: str


class _Course(NamedTuple):
    """A system's lag: the middle of each part of the time, and two quantiles in it."""

    system: System
    at: list[float]
    middle: list[float]
    high: list[float]


def lag(comparison: Comparison, frame: Frame) -> Lag:
    """Lay the plot out in a frame."""
    until = max((_latest(system) for system in comparison.systems), default=0.0)
    courses = [_course(system, until) for system in comparison.systems if until]
    courses = [course for course in courses if course.at]
    top = max((max(course.high) for course in courses), default=1.0)
    x = Axis(0.0, until or 1.0, frame.left, frame.right)
    y = Axis(0.0, 1.15 * top or 1.0, frame.bottom, frame.top)
    heights = spread([y.at(c.middle[-1]) for c in courses], 34, frame.top + 4, frame.bottom - 20)
    looks = styles(comparison)
    return Lag(
        frame=frame,
        lines=[
            _line(course, looks[course.system.summary.name], x, y, height)
            for course, height in zip(courses, heights, strict=True)
        ],
        x_ticks=x.ticks(8),
        y_ticks=y.ticks(6),
        log=False,
        labels_beside=frame is WIDE,
        description=" ".join(_described(course) for course in courses),
    )


def _moments(system: System) -> pd.DataFrame:
    """Of each word: the end of the audio that its step had heard, and how much later it came."""
    words = timed(system.scores.words)
    known = words[np.isfinite(words["committed"].to_numpy(float))]
    return pd.DataFrame({"at": known["audio_end"], "lag": known["committed"] - known["audio_end"]})


def _latest(system: System) -> float:
    moments = _moments(system)["at"]
    return float(moments.max()) if len(moments) else 0.0


def _course(system: System, until: float) -> _Course:
    moments = _moments(system)
    part = (moments["at"] / until * _PARTS).clip(upper=_PARTS - 1).astype(int)
    found = _Course(system, [], [], [])
    for number, lags in moments["lag"].groupby(part):
        if len(lags) >= _ENOUGH:
            found.at.append((int(str(number)) + 0.5) * until / _PARTS)
            found.middle.append(float(lags.quantile(0.5)))
            found.high.append(float(lags.quantile(0.95)))
    return found


def _line(course: _Course, style: Style, x: Axis, y: Axis, height: float) -> Line:
    return Line(
        style=style,
        middle=_path(course.at, course.middle, x, y),
        high=_path(course.at, course.high, x, y),
        end_y=y.at(course.middle[-1]),
        end_x=x.at(course.at[-1]),
        label_y=height,
        name=formatting.shortened(style.name, 20),
        text=_slope(course.system.summary),
    )


def _path(at: Sequence[float], values: Sequence[float], x: Axis, y: Axis) -> str:
    corners = (f"{x.at(a):g},{y.at(value):g}" for a, value in zip(at, values, strict=True))
    return f"M{' L'.join(corners)}"


def _slope(summary: Summary) -> str:
    slope = summary.lag_slope
    if math.isnan(slope):
        return "one step a call"
    return f"{formatting.number(1000 * slope, 0, sign=True)} ms per s"


def _described(course: _Course) -> str:
    name = course.system.summary.name
    first, last = (formatting.seconds(course.middle[at]) for at in (0, -1))
    return f"{name}: median lag {first} at first, {last} at last; {_slope(course.system.summary)}."
