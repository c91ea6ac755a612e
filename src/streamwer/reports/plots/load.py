"""Latency and utilisation as the number of simultaneous calls grows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from streamwer.analysis.capacity.curve import LoadPoint
from streamwer.analysis.formatting import format_count, format_seconds
from streamwer.reports.capacities import CapacityEntry, CapacitySection
from streamwer.reports.palette import Style
from streamwer.reports.plots.axis import Axis, Frame, Plot, draw_path, make_seconds_axis

WIDE = Frame(width=560, height=370, left=52, right=540, top=32, bottom=320)
_LOG_RATIO = 5.0
"""Ratio of the largest to the smallest load above which the axis is logarithmic."""


class LoadLine(NamedTuple):
    """The path of one system, the band of its seeds, and the text in the key.

    `mark` lies at its capacity; None where that is 0.
    """

    style: Style
    path: str
    band: str
    mark: tuple[float, float] | None
    text: str


@dataclass(frozen=True, kw_only=True)
class LoadPlot(Plot):
    """The geometry of the plot; `limit_y` is the height of the service level's line."""

    lines: list[LoadLine]
    limit_y: float | None = None
    limit: str = ""


class _Scale(NamedTuple):
    """The axes, and the functions that give the middle, lowest and highest value of a load."""

    x: Axis
    y: Axis
    value: Callable[[LoadPoint], float | None]
    low: Callable[[LoadPoint], float | None]
    high: Callable[[LoadPoint], float | None]

    def locate(
        self, point: LoadPoint, value: Callable[[LoadPoint], float | None]
    ) -> tuple[float, float]:
        """Return the pixels of a load; an infinite value lies at the end of the axis."""
        y = value(point)
        if y is None or math.isinf(y):
            return self.x.to_pixel(point.streams), self.y.end
        return self.x.to_pixel(point.streams), self.y.to_pixel(y)


def plot_latency(section: CapacitySection, frame: Frame) -> LoadPlot:
    """Plot the 95th percentile of commit latency, with the bound of the service level."""
    bound = section.slo.p95_commit_s
    late = [p.middle.p95 for entry in section.entries for p in entry.complete if p.middle.p95]
    y = make_seconds_axis([*late, bound], frame.bottom, frame.top)
    if not y.log:
        y = replace(y, low=0.0)
    scale = _Scale(
        _make_streams_axis(section, frame),
        y,
        lambda point: point.middle.p95,
        lambda point: point.p95_low,
        lambda point: point.p95_high,
    )
    limit = f"service level: {format_seconds(bound, 1)}"
    return replace(_plot(section, frame, scale), limit_y=y.to_pixel(bound), limit=limit)


def _make_streams_axis(section: CapacitySection, frame: Frame) -> Axis:
    loads = [point.streams for entry in section.entries for point in entry.complete]
    low, high = min(loads, default=1), max(loads, default=2)
    if high / low > _LOG_RATIO:
        return Axis(low / 1.1, high * 1.1, frame.left, frame.right, log=True)
    return Axis(0.0, high * 1.05, frame.left, frame.right)


def _plot(section: CapacitySection, frame: Frame, scale: _Scale) -> LoadPlot:
    courses = [
        (entry, [point for point in entry.complete if scale.value(point) is not None])
        for entry in section.entries
    ]
    courses = [(entry, points) for entry, points in courses if points]
    return LoadPlot(
        frame=frame,
        lines=[_draw_line(entry, points, scale) for entry, points in courses],
        x_ticks=[tick for tick in scale.x.make_ticks(8) if tick.label.isdigit()],
        y_ticks=scale.y.make_ticks(6),
        log=scale.x.log,
        description=" ".join(_describe(entry, points) for entry, points in courses),
    )


def _draw_line(entry: CapacityEntry, points: Sequence[LoadPoint], scale: _Scale) -> LoadLine:
    corners = [scale.locate(point, scale.value) for point in points]
    lower = [scale.locate(point, scale.low) for point in reversed(points)]
    upper = [scale.locate(point, scale.high) for point in points]
    capacity = entry.carried.capacity.value
    at_capacity = (c for p, c in zip(points, corners, strict=True) if p.streams == capacity)
    is_line = upper == corners and lower == corners[::-1]
    return LoadLine(
        style=entry.style,
        path=draw_path(corners),
        band="" if is_line else f"{draw_path([*upper, *lower])} Z",
        mark=next(at_capacity, None),
        text=format_count(capacity, "call") if capacity else "none",
    )


def _describe(entry: CapacityEntry, points: Sequence[LoadPoint]) -> str:
    loads = (
        f"p95 {format_seconds(p.middle.p95)} and {100 * p.middle.utilisation:.0f} % busy at"
        f" {format_count(p.streams, 'call')}"
        for p in (points[0], points[-1])
    )
    return f"{entry.name} serves {entry.carried.capacity.value}: {', '.join(loads)}."
