"""What calls get as they become more: their latency, and how busy the worker is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from streamwer.analysis import formatting
from streamwer.analysis.capacity.curve import Point
from streamwer.reports.capacities import Section, Shown
from streamwer.reports.palette import Style
from streamwer.reports.plots.axis import Axis, Frame, Tick, seconds_axis

WIDE = Frame(width=560, height=370, left=52, right=540, top=32, bottom=320)
NARROW = Frame(width=344, height=330, left=44, right=334, top=32, bottom=280)

_SPREAD = 5.0
"""A ratio of the largest to the smallest load above which a linear axis would hide the small."""


class Line(NamedTuple):
    """One system: its path, the band of its seeds, and what stands in the key.

    `mark` is where its capacity is; None where that is 0.
    """

    style: Style
    path: str
    band: str
    mark: tuple[float, float] | None
    text: str


@dataclass(frozen=True)
class Load:
    """Everything the template draws; `limit_y` is the height of the service level's line."""

    frame: Frame
    lines: list[Line]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    limit_y: float | None
    limit: str
    log: bool
    description: str


class _Scale(NamedTuple):
    """Axes, and what of a load is drawn: its middle, its lowest and its highest value."""

    x: Axis
    y: Axis
    value: Callable[[Point], float | None]
    low: Callable[[Point], float | None]
    high: Callable[[Point], float | None]


def latency(section: Section, frame: Frame) -> Load:
    """The 95th percentile of commit latency, with the bound of the service level."""
    bound = section.slo.p95_commit_s
    late = [p.middle.p95 for shown in section.shown for p in shown.drawn if p.middle.p95]
    y = seconds_axis([*late, bound], frame.bottom, frame.top)
    if not y.log:
        y = replace(y, low=0.0)
    scale = _Scale(
        _streams(section, frame),
        y,
        lambda point: point.middle.p95,
        lambda point: point.p95_low,
        lambda point: point.p95_high,
    )
    limit = f"service level: {formatting.seconds(bound, 1)}"
    return _laid_out(section, frame, scale, (y.at(bound), limit))


def busy(section: Section, frame: Frame) -> Load:
    """The share of its time in which the worker computes."""
    y = Axis(0.0, 1.0, frame.bottom, frame.top)

    def used(point: Point) -> float | None:
        return point.middle.utilisation

    return _laid_out(section, frame, _Scale(_streams(section, frame), y, used, used, used), None)


def _streams(section: Section, frame: Frame) -> Axis:
    loads = [point.streams for shown in section.shown for point in shown.drawn]
    low, high = min(loads, default=1), max(loads, default=2)
    if high / low > _SPREAD:
        return Axis(low / 1.1, high * 1.1, frame.left, frame.right, log=True)
    return Axis(0.0, high * 1.05, frame.left, frame.right)


def _laid_out(
    section: Section, frame: Frame, scale: _Scale, limit: tuple[float, str] | None
) -> Load:
    courses = [(shown, _known(shown, scale)) for shown in section.shown]
    courses = [(shown, points) for shown, points in courses if points]
    return Load(
        frame=frame,
        lines=[_line(shown, points, scale) for shown, points in courses],
        x_ticks=[tick for tick in scale.x.ticks(8) if tick.label.isdigit()],
        y_ticks=scale.y.ticks(6, 1 if limit else 100),
        limit_y=limit[0] if limit else None,
        limit=limit[1] if limit else "",
        log=scale.x.log,
        description=" ".join(_described(shown, points) for shown, points in courses),
    )


def _known(shown: Shown, scale: _Scale) -> list[Point]:
    return [point for point in shown.drawn if scale.value(point) is not None]


def _line(shown: Shown, points: Sequence[Point], scale: _Scale) -> Line:
    corners = [_corner(scale, point, scale.value) for point in points]
    back = [_corner(scale, point, scale.low) for point in reversed(points)]
    forth = [_corner(scale, point, scale.high) for point in points]
    capacity = shown.carried.capacity.value
    at = next((_corner(scale, p, scale.value) for p in points if p.streams == capacity), None)
    return Line(
        style=shown.style,
        path=_path(corners),
        band="" if forth == corners and back == corners[::-1] else f"{_path([*forth, *back])} Z",
        mark=at,
        text=formatting.count(capacity, "call") if capacity else "none carried",
    )


def _corner(
    scale: _Scale, point: Point, value: Callable[[Point], float | None]
) -> tuple[float, float]:
    return scale.x.at(point.streams), _y(scale, point, value)


def _y(scale: _Scale, point: Point, value: Callable[[Point], float | None]) -> float:
    found = value(point)
    return scale.y.end if found is None or math.isinf(found) else scale.y.at(found)


def _path(corners: Sequence[tuple[float, float]]) -> str:
    return f"M{' L'.join(f'{x:g},{y:g}' for x, y in corners)}"


def _described(shown: Shown, points: Sequence[Point]) -> str:
    told = (
        f"p95 {formatting.seconds(p.middle.p95)} and {100 * p.middle.utilisation:.0f} % busy at"
        f" {formatting.count(p.streams, 'call')}"
        for p in (points[0], points[-1])
    )
    return f"{shown.name} carries {shown.carried.capacity.value}: {', '.join(told)}."
