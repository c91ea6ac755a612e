"""The lag of each system behind the audio as a call goes on: one line per system."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from streamwer.analysis.formatting import format_number, format_seconds, shorten
from streamwer.metrics.latency import select_timed_words
from streamwer.metrics.summary import Summary
from streamwer.reports.comparison import Comparison, System
from streamwer.reports.palette import Style, assign_styles
from streamwer.reports.plots.axis import WIDE_LABELLED, Axis, Frame, Plot, draw_path
from streamwer.reports.plots.labels import spread_heights

_PARTS = 12
_LEAST_S = 0.02
_MIN_WORDS = 5
"""Words below which a part of the time has no quantiles."""


class LagLine(NamedTuple):
    """The median and the 95 % quantile of one system, and its label."""

    style: Style
    median: str
    high: str
    end_x: float
    end_y: float
    label_y: float
    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class LagPlot(Plot):
    """The geometry of the plot."""

    lines: list[LagLine]
    labels_beside: bool


class _Course(NamedTuple):
    """The lag of a system: the middle of each part of the time, and two quantiles, in seconds."""

    summary: Summary
    at: list[float]
    median: list[float]
    high: list[float]


def plot_lag(comparison: Comparison, frame: Frame) -> LagPlot:
    """Lay the plot out in a frame."""
    commits = [(system.summary, _list_commits(system)) for system in comparison.systems]
    until = max((float(table["at"].max()) for _, table in commits if len(table)), default=0.0)
    courses = [_trace_course(summary, table, until) for summary, table in commits if until]
    courses = [course for course in courses if course.at]
    if not any(high > _LEAST_S for course in courses for high in course.high):
        courses = []  # compute takes no time: there is nothing to see
    top = max((max(course.high) for course in courses), default=1.0)
    x = Axis(0.0, until or 1.0, frame.left, frame.right)
    y = Axis(0.0, 1.15 * top or 1.0, frame.bottom, frame.top)
    heights = spread_heights([y.to_pixel(c.median[-1]) for c in courses], 34, frame)
    styles = assign_styles(comparison)
    return LagPlot(
        frame=frame,
        lines=[
            _draw_line(course, styles[course.summary.name], x, y, height)
            for course, height in zip(courses, heights, strict=True)
        ],
        x_ticks=x.make_ticks(8),
        y_ticks=y.make_ticks(6),
        log=False,
        labels_beside=frame is WIDE_LABELLED,
        description=" ".join(map(_describe, courses)),
    )


def _list_commits(system: System) -> pd.DataFrame:
    """Return, by word, the end of the audio that its step had, and the lag of its commit."""
    words = select_timed_words(system.scores.words)
    # Logs of other programs may not say how much audio a step had.
    known = words[np.isfinite(words[["committed", "audio_end"]].to_numpy(float)).all(axis=1)]
    return pd.DataFrame({"at": known["audio_end"], "lag": known["committed"] - known["audio_end"]})


def _trace_course(summary: Summary, commits: pd.DataFrame, until: float) -> _Course:
    parts = (commits["at"] / until * _PARTS).clip(upper=_PARTS - 1).astype(int)
    course = _Course(summary, [], [], [])
    for number, lags in commits["lag"].groupby(parts):
        if len(lags) >= _MIN_WORDS:
            course.at.append((int(str(number)) + 0.5) * until / _PARTS)
            course.median.append(float(lags.quantile(0.5)))
            course.high.append(float(lags.quantile(0.95)))
    return course


def _draw_line(course: _Course, style: Style, x: Axis, y: Axis, height: float) -> LagLine:
    xs = [x.to_pixel(at) for at in course.at]
    median, high = ([y.to_pixel(lag) for lag in lags] for lags in (course.median, course.high))
    return LagLine(
        style=style,
        median=draw_path(zip(xs, median, strict=True)),
        high=draw_path(zip(xs, high, strict=True)),
        end_x=xs[-1],
        end_y=median[-1],
        label_y=height,
        name=shorten(style.name, 20),
        text=_format_slope(course.summary),
    )


def _format_slope(summary: Summary) -> str:
    slope = summary.figures["lag_slope"].value
    if math.isnan(slope):
        return "one step a call"
    return f"{format_number(1000 * slope, 0, sign=True)} ms per s"


def _describe(course: _Course) -> str:
    first, last = (format_seconds(course.median[at]) for at in (0, -1))
    slope = _format_slope(course.summary)
    return f"{course.summary.name}: median lag {first} at first, {last} at last; {slope}."
