"""WER against latency, with intervals on both axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.metrics import Summary
from streamwer.reports import figures
from streamwer.reports.comparison import Comparison
from streamwer.reports.palette import Style, styles
from streamwer.reports.plots.axis import Axis, Frame, Tick, rate_axis, seconds_axis
from streamwer.reports.plots.labels import Box, beside_points, text_width

WIDE = Frame(width=560, height=390, left=52, right=540, top=32, bottom=340)
NARROW = Frame(width=344, height=330, left=44, right=334, top=32, bottom=280)


@dataclass(frozen=True)
class Point:
    """One system: its figures in pixels, and its label."""

    style: Style
    x: float
    y: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    goes_on: bool
    label: Box
    text: str
    name: str


@dataclass(frozen=True)
class Scatter:
    """Everything the template draws."""

    frame: Frame
    points: list[Point]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    log: bool
    description: str
    left_out: list[str]


def scatter(comparison: Comparison, frame: Frame) -> Scatter:
    """Lay the plot out in a frame."""
    summaries = [system.summary for system in comparison.systems]
    shown = [summary for summary in summaries if _placeable(summary)]
    x = seconds_axis([v for s in shown for v in _latency(s)], frame.left + 14, frame.right)
    rates = [v for s in shown for v in (s.wer.low, s.wer.value, s.wer.high)]
    y = rate_axis(rates, frame.bottom, frame.top)
    return Scatter(
        frame=frame,
        points=_points(shown, styles(comparison), x, y, frame),
        x_ticks=x.ticks(9),
        y_ticks=y.ticks(6, 100),
        log=x.log,
        description=" ".join(f"{s.name}: {_described(s)}." for s in shown),
        left_out=[summary.name for summary in summaries if not _placeable(summary)],
    )


def _points(
    shown: Sequence[Summary], looks: dict[str, Style], x: Axis, y: Axis, frame: Frame
) -> list[Point]:
    at = [(x.at(_latency(summary)[1]), y.at(summary.wer.value)) for summary in shown]
    names = [figures.shortened(summary.name, 22) for summary in shown]
    widths = [max(text_width(name), text_width(_short(s))) for name, s in zip(names, shown)]
    boxes = beside_points(at, [(width, 30.0) for width in widths], frame)
    points = []
    for summary, (px, py), name, box in zip(shown, at, names, boxes, strict=True):
        low, _, high = _latency(summary)
        points.append(
            Point(
                style=looks[summary.name],
                x=px,
                y=py,
                x_low=x.at(low),
                x_high=x.at(high),
                y_low=y.at(summary.wer.low),
                y_high=y.at(summary.wer.high),
                goes_on=math.isinf(high),
                label=box,
                text=_short(summary),
                name=name,
            )
        )
    return points


def _latency(summary: Summary) -> tuple[float, float, float]:
    middle = summary.commit_latency["p50"]
    value = math.inf if middle.value is None else middle.value
    low = value if middle.low is None else middle.low
    return low, value, value if middle.high is None else middle.high


def _placeable(summary: Summary) -> bool:
    return math.isfinite(_latency(summary)[1]) and math.isfinite(summary.wer.value)


def _short(summary: Summary) -> str:
    late = figures.seconds(summary.commit_latency["p50"].value)
    return f"{late}, {figures.percent(summary.wer.value)}"


def _described(summary: Summary) -> str:
    late = summary.commit_latency["p50"]
    return (
        f"WER {figures.percent(summary.wer.value)} ({figures.percent_range(summary.wer)}),"
        f" median commit latency {figures.seconds(late.value)} ({figures.seconds_range(late)})"
    )
