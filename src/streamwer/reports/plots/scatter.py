"""WER against latency, with intervals on both axes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from streamwer.analysis.formatting import format_percent, format_seconds, shorten
from streamwer.analysis.sweeps.front import find_pareto_front
from streamwer.reports.comparison import Comparison
from streamwer.reports.latencies import choose_main_latency
from streamwer.reports.palette import Style, assign_styles
from streamwer.reports.plots.axis import (
    Axis,
    Ends,
    Frame,
    Plot,
    cap_ends,
    get_ends,
    make_rate_axis,
    make_seconds_axis,
)
from streamwer.reports.plots.labels import Box, estimate_width, place_labels


@dataclass(frozen=True)
class ScatterMark:
    """The figures of one system or point in pixels, and its label.

    Attributes:
        open_ended: whether the interval of the latency goes on beyond the axis.
        cut_off: whether that of the WER does.
        on_front: whether the mark is on the Pareto front.
        title: the figures in words, for a tooltip.
    """

    name: str
    style: Style
    x: float
    y: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    open_ended: bool
    label: Box | None = None
    text: str = ""
    on_front: bool = True
    title: str = ""
    cut_off: bool = False


@dataclass(frozen=True, kw_only=True)
class ScatterPlot(Plot):
    """The geometry of the plot.

    Attributes:
        x_title: the latency that is shown.
        left_out: systems without a finite latency or WER.
        front: path along the Pareto front; "" for fewer than two systems.
    """

    marks: list[ScatterMark]
    x_title: str
    left_out: list[str]
    front: str


class _Located(NamedTuple):
    """A system's name, with the estimate and both ends of its latency and of its WER."""

    name: str
    late: Ends
    errors: Ends

    @property
    def is_finite(self) -> bool:
        """Tell whether both estimates have a place."""
        return math.isfinite(self.late.value) and math.isfinite(self.errors.value)

    @property
    def label(self) -> str:
        """Both estimates as text."""
        return f"{format_seconds(self.late.value)}, {format_percent(self.errors.value)}"


def plot_scatter(comparison: Comparison, frame: Frame) -> ScatterPlot:
    """Lay the plot out in a frame."""
    latency = choose_main_latency(comparison)
    summaries = [system.summary for system in comparison.systems]
    located = [
        _Located(s.name, get_ends(latency.by_system[s.name]), get_ends(s.wer)) for s in summaries
    ]
    shown = [each for each in located if each.is_finite]
    x = make_seconds_axis(cap_ends(each.late for each in shown), frame.left + 14, frame.right)
    y = make_rate_axis(cap_ends(each.errors for each in shown), frame.bottom, frame.top)
    at = [(x.to_pixel(each.late.value), y.to_pixel(each.errors.value)) for each in shown]
    on_front = find_pareto_front([(each.late.value, each.errors.value) for each in shown])
    front = list(dict.fromkeys(at[each] for each in on_front))
    return ScatterPlot(
        frame=frame,
        marks=_marks(shown, front, assign_styles(comparison), x, y, frame),
        x_ticks=x.make_ticks(9),
        y_ticks=y.make_ticks(6, 100),
        log=x.log,
        description=" ".join(_describe(each, latency.label) for each in shown),
        x_title=latency.label,
        left_out=[each.name for each in located if not each.is_finite],
        front=_draw_front(front),
    )


def _draw_front(corners: Sequence[tuple[float, float]]) -> str:
    """Draw steps, because no system has figures between those of two others."""
    if len(corners) < 2:
        return ""
    (x, y), *rest = corners
    return f"M{x:g},{y:g} {' '.join(f'H{right:g} V{lower:g}' for right, lower in rest)}"


def _marks(
    shown: Sequence[_Located],
    front: Sequence[tuple[float, float]],
    styles: Mapping[str, Style],
    x: Axis,
    y: Axis,
    frame: Frame,
) -> list[ScatterMark]:
    """Place each system; the labels are placed together, off each other and the front."""
    at = [(x.to_pixel(each.late.value), y.to_pixel(each.errors.value)) for each in shown]
    x_ends = [(x.to_pixel(each.late.low), x.to_pixel(each.late.high)) for each in shown]
    y_ends = [(y.to_pixel(each.errors.low), y.to_pixel(each.errors.high)) for each in shown]
    names = [shorten(each.name, 22) for each in shown]
    sizes = [
        (max(map(estimate_width, (name, each.label))), 30.0)
        for name, each in zip(names, shown, strict=True)
    ]
    bars = [Box(low, py, high, py) for (_, py), (low, high) in zip(at, x_ends, strict=True)]
    bars += [Box(px, high, px, low) for (px, _), (low, high) in zip(at, y_ends, strict=True)]
    for (left, top), (right, bottom) in itertools.pairwise(front):
        bars += [Box(left, top, right, top), Box(right, top, right, bottom)]
    labels = place_labels(at, sizes, bars, frame)
    return [
        ScatterMark(
            names[n],
            styles[each.name],
            *at[n],
            *x_ends[n],
            *y_ends[n],
            open_ended=each.late.high > x.high,
            cut_off=each.errors.high > y.high,
            label=labels[n],
            text=each.label,
        )
        for n, each in enumerate(shown)
    ]


def _describe(each: _Located, label: str) -> str:
    late, wer = each.late, each.errors
    return (
        f"{each.name}: WER {format_percent(wer.value)} ({format_percent(wer.low)} to"
        f" {format_percent(wer.high)}), {label} {format_seconds(late.value)}"
        f" ({format_seconds(late.low)} to {format_seconds(late.high)})."
    )
