"""Parallel coordinates: one line per point across everything that was varied and both results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from streamwer.analysis import formatting
from streamwer.analysis.sweeps.effects import ordered
from streamwer.analysis.sweeps.point import Point
from streamwer.reports.palette import Style
from streamwer.reports.plots.axis import Axis, Frame, Tick, rate_axis, seconds_axis
from streamwer.reports.sweep.findings import Findings
from streamwer.reports.sweep.looks import Looks

_PITCH, _LEFT, _RIGHT = 150.0, 70.0, 90.0
_HEIGHT, _TOP, _BOTTOM = 400.0, 44.0, 376.0

Place = Callable[[Point], float]


@dataclass(frozen=True)
class Upright:
    """One axis: where it stands, its title and its ticks."""

    x: float
    title: str
    ticks: list[Tick]


@dataclass(frozen=True)
class Line:
    """One point."""

    name: str
    style: Style
    path: str
    on_front: bool
    title: str


@dataclass(frozen=True)
class Parallel:
    """Everything the template draws; the lines of the front come last, on top."""

    frame: Frame
    uprights: list[Upright]
    lines: list[Line]
    description: str


def parallel(found: Findings) -> Parallel:
    """Lay the plot out; it is as wide as the number of axes asks for."""
    shown = [point for point in found.sweep.points if point.placed]
    made = [_setting(found, axis, shown) for axis in found.axes]
    made += [_seconds(shown), _rate(shown)]
    width = _LEFT + _RIGHT + _PITCH * (len(made) - 1)
    uprights = [
        Upright(_LEFT + at * _PITCH, title, ticks) for at, (title, ticks, _) in enumerate(made)
    ]
    places = [place for _, _, place in made]
    return Parallel(
        frame=Frame(width, _HEIGHT, _LEFT, width - _RIGHT, _TOP, _BOTTOM),
        uprights=uprights,
        lines=_lines(found, shown, [upright.x for upright in uprights], places),
        description=f"{formatting.count(len(shown), 'line')} across {', '.join(found.axes)},"
        " p95 of the commit latency and WER; the table of points has the same figures.",
    )


def _lines(
    found: Findings, shown: Sequence[Point], xs: Sequence[float], places: Sequence[Place]
) -> list[Line]:
    looks = Looks(found)
    order = [point for point in shown if point not in found.front] + list(found.front)
    lines = []
    for point in order:
        corners = [f"{x:g},{place(point):g}" for x, place in zip(xs, places, strict=True)]
        path = f"M{' L'.join(corners)}"
        label = f"{point.name}: {found.label(point)}"
        lines.append(Line(point.name, looks.of(point), path, point in found.front, label))
    return lines


def _setting(found: Findings, axis: str, shown: Sequence[Point]) -> tuple[str, list[Tick], Place]:
    """Values at equal distances, numbers in order; the largest on top."""
    values = ordered(list(dict.fromkeys(found.levels(point)[axis] for point in shown)))
    gap = (_BOTTOM - _TOP) / max(1, len(values) - 1)
    middle = (_BOTTOM + _TOP) / 2
    heights = {
        value: round(_BOTTOM - at * gap, 1) if len(values) > 1 else middle
        for at, value in enumerate(values)
    }
    every = max(1, len(values) // 12)  # more ticks would lie on one another
    ticks = [
        Tick(y, formatting.shortened(value, 18)) for value, y in list(heights.items())[::every]
    ]
    return axis, ticks, lambda point: heights[found.levels(point)[axis]]


def _seconds(shown: Sequence[Point]) -> tuple[str, list[Tick], Place]:
    axis: Axis = seconds_axis([point.delay for point in shown], _BOTTOM, _TOP)
    return "p95, s", axis.ticks(7), lambda point: axis.at(point.delay)


def _rate(shown: Sequence[Point]) -> tuple[str, list[Tick], Place]:
    axis: Axis = rate_axis([point.errors for point in shown], _BOTTOM, _TOP)
    return "WER, %", axis.ticks(7, 100), lambda point: axis.at(point.errors)
