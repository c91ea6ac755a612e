"""WER against the p95 of the commit latency: all points, and the front they leave."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.analysis import formatting
from streamwer.analysis.sweeps.point import Point
from streamwer.reports.palette import Style
from streamwer.reports.plots.axis import Axis, Frame, Tick, rate_axis, seconds_axis
from streamwer.reports.plots.labels import Box, beside_points, text_width
from streamwer.reports.sweep.findings import Findings
from streamwer.reports.sweep.looks import Looks

WIDE = Frame(width=1120, height=520, left=56, right=1100, top=36, bottom=464)
NARROW = Frame(width=360, height=400, left=44, right=350, top=32, bottom=346)
_LABELLED = {WIDE.width: 14, NARROW.width: 5}
"""How many points of the front have labels; all of them have a number in the table."""


@dataclass(frozen=True)
class Mark:
    """One point: its figures in pixels; a label where it is on the front."""

    name: str
    style: Style
    x: float
    y: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    goes_on: bool
    on_front: bool
    title: str
    label: Box | None = None
    text: str = ""


@dataclass(frozen=True)
class FrontPlot:
    """Everything the template draws."""

    frame: Frame
    marks: list[Mark]
    steps: str
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    log: bool
    description: str


def front_plot(found: Findings, frame: Frame) -> FrontPlot:
    """Lay the plot out in a frame."""
    shown = [point for point in found.sweep.points if point.placed]
    x = seconds_axis([end for p in shown for end in _late(p)], frame.left + 10, frame.right)
    rates = [end for p in shown for end in (p.wer.low, p.errors, p.wer.high)]
    y = rate_axis(rates, frame.bottom, frame.top)
    return FrontPlot(
        frame=frame,
        marks=_marks(found, shown, x, y, frame),
        steps=_steps(found.front, x, y, frame),
        x_ticks=x.ticks(9),
        y_ticks=y.ticks(6, 100),
        log=x.log,
        description=" ".join(f"{p.name}: {_title(found, p)}." for p in found.front),
    )


def _marks(found: Findings, shown: Sequence[Point], x: Axis, y: Axis, frame: Frame) -> list[Mark]:
    """The points of the front last, so that they lie on top."""
    looks = Looks(found)
    labels = _labels(found, x, y, frame)
    order = [point for point in shown if point not in found.front] + list(found.front)
    marks = []
    for point in order:
        low, middle, high = _late(point)
        label, text = labels.get(point.name, (None, ""))
        marks.append(
            Mark(
                name=point.name,
                style=looks.of(point),
                x=x.at(middle),
                y=y.at(point.errors),
                x_low=x.at(low),
                x_high=x.at(high),
                y_low=y.at(_or(point.wer.low, point.errors)),
                y_high=y.at(_or(point.wer.high, point.errors)),
                goes_on=math.isinf(high),
                on_front=point in found.front,
                title=_title(found, point),
                label=label,
                text=text,
            )
        )
    return marks


def _labels(found: Findings, x: Axis, y: Axis, frame: Frame) -> dict[str, tuple[Box | None, str]]:
    """What stands beside the points of the front: everything where there is room, else numbers."""
    front = _spread(found.front, _LABELLED[frame.width])
    wide = frame.width == WIDE.width
    texts = [
        formatting.shortened(f"{p.name}: {found.label(p)}", 34) if wide else f"#{p.name}"
        for p in front
    ]
    at = [(x.at(p.delay), y.at(p.errors)) for p in front]
    boxes = beside_points(at, [(text_width(text), 15.0) for text in texts], [], frame)
    return {p.name: (box, text) for p, box, text in zip(front, boxes, texts, strict=True)}


def _spread(points: Sequence[Point], most: int) -> list[Point]:
    """At most so many of the points, evenly chosen, with both ends."""
    if len(points) <= most:
        return list(points)
    return [points[round(at * (len(points) - 1) / (most - 1))] for at in range(most)]


def _steps(front: Sequence[Point], x: Axis, y: Axis, frame: Frame) -> str:
    """The border of what is beaten: down at each point of the front, then on to the next."""
    if not front:
        return ""
    start = f"M{x.at(front[0].delay):g},{frame.top:g}"
    down = [f"H{x.at(point.delay):g} V{y.at(point.errors):g}" for point in front]
    return " ".join([start, *down, f"H{frame.right:g}"])


def _late(point: Point) -> tuple[float, float, float]:
    return _or(point.p95.low, point.delay), point.delay, _or(point.p95.high, point.delay)


def _or(end: float | None, value: float) -> float:
    return value if end is None or math.isnan(end) else end


def _title(found: Findings, point: Point) -> str:
    late, ends = formatting.seconds(point.p95.value), formatting.seconds_range(point.p95)
    return (
        f"{found.label(point)}: WER {formatting.percent(point.errors)}"
        f" ({formatting.percent_range(point.wer)}), p95 {late}{f' ({ends})' if ends else ''}"
    )
