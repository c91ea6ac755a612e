"""Parallel coordinates: one line per point across all settings and both objectives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from streamwer.analysis.formatting import format_count
from streamwer.analysis.sweeps.effects import sort_levels
from streamwer.analysis.sweeps.point import MEASURES, SweepPoint
from streamwer.reports.palette import Style
from streamwer.reports.plots.axis import Frame, Tick, draw_path, make_rate_axis, make_seconds_axis
from streamwer.reports.plots.labels import estimate_width
from streamwer.reports.sweep.findings import Findings
from streamwer.reports.sweep.point_styles import PointStyles

_PITCH, _LEFT, _RIGHT = 150.0, 70.0, 90.0
_HEIGHT, _TOP, _BOTTOM = 400.0, 44.0, 376.0

_Height = Callable[[SweepPoint], float]


@dataclass(frozen=True)
class ParallelAxis:
    """One vertical axis."""

    x: float
    title: str
    ticks: list[Tick]


@dataclass(frozen=True)
class ParallelLine:
    """The line of one point."""

    name: str
    style: Style
    path: str
    on_front: bool
    title: str


@dataclass(frozen=True)
class ParallelPlot:
    """The geometry of the plot; the lines of the front come last, on top."""

    frame: Frame
    axes: list[ParallelAxis]
    lines: list[ParallelLine]
    description: str


def plot_parallel(findings: Findings) -> ParallelPlot:
    """Lay the plot out; its width follows from the number of axes."""
    shown = [point for point in findings.sweep.points if point.is_finite]
    scales = [_place_setting(findings, axis, shown) for axis in findings.axes]
    latency = MEASURES[findings.sweep.measure]
    scales += [_place_latency(shown, latency), _place_wer(shown)]
    widest = (
        max(estimate_width(text) for text in [title, *(t.label for t in ticks)])
        for title, ticks, _ in scales
    )
    pitch = max(_PITCH, *(24 + each for each in widest))
    width = _LEFT + _RIGHT + pitch * (len(scales) - 1)
    axes = [
        ParallelAxis(_LEFT + at * pitch, title, ticks)
        for at, (title, ticks, _) in enumerate(scales)
    ]
    heights = [height for _, _, height in scales]
    return ParallelPlot(
        frame=Frame(width, _HEIGHT, _LEFT, width - _RIGHT, _TOP, _BOTTOM),
        axes=axes,
        lines=_draw_lines(findings, shown, [axis.x for axis in axes], heights),
        description=f"{format_count(len(shown), 'line')} across {', '.join(findings.axes)},"
        f" {latency} and WER; the table of points has the same figures.",
    )


def _draw_lines(
    findings: Findings, shown: Sequence[SweepPoint], xs: Sequence[float], heights: Sequence[_Height]
) -> list[ParallelLine]:
    styles = PointStyles(findings)
    order = [point for point in shown if point not in findings.front] + list(findings.front)
    lines = []
    for point in order:
        path = draw_path((x, height(point)) for x, height in zip(xs, heights, strict=True))
        label = f"{point.name}: {findings.make_label(point)}"
        lines.append(
            ParallelLine(point.name, styles.get_style(point), path, point in findings.front, label)
        )
    return lines


def _place_setting(
    findings: Findings, axis: str, shown: Sequence[SweepPoint]
) -> tuple[str, list[Tick], _Height]:
    """Place values at equal distances, numbers in order, the largest on top."""
    values = sort_levels(list(dict.fromkeys(findings.get_levels(point)[axis] for point in shown)))
    gap = (_BOTTOM - _TOP) / max(1, len(values) - 1)
    middle = (_BOTTOM + _TOP) / 2
    heights = {
        value: round(_BOTTOM - at * gap, 1) if len(values) > 1 else middle
        for at, value in enumerate(values)
    }
    every = max(1, len(values) // 12)  # more ticks would lie on one another
    ticks = [Tick(y, value) for value, y in list(heights.items())[::every]]
    return axis, ticks, lambda point: heights[findings.get_levels(point)[axis]]


def _place_latency(shown: Sequence[SweepPoint], name: str) -> tuple[str, list[Tick], _Height]:
    axis = make_seconds_axis([point.delay for point in shown], _BOTTOM, _TOP)
    return f"{name}, s", axis.make_ticks(7), lambda point: axis.to_pixel(point.delay)


def _place_wer(shown: Sequence[SweepPoint]) -> tuple[str, list[Tick], _Height]:
    axis = make_rate_axis([point.errors for point in shown], _BOTTOM, _TOP)
    return "WER, %", axis.make_ticks(7, 100), lambda point: axis.to_pixel(point.errors)
