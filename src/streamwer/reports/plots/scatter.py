"""WER against latency, with intervals on both axes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

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

    @property
    def has_bars(self) -> bool:
        """Tell whether there is an interval to draw."""
        return self.x_low < self.x_high or self.y_high < self.y_low


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


def place_mark(name: str, style: Style, late: Ends, errors: Ends, x: Axis, y: Axis) -> ScatterMark:
    """Place a system or point, without a label.

    Args:
        name: of the system or point.
        style: its colour and marker.
        late: its latency, in seconds.
        errors: its WER, as a fraction.
        x: axis of the latency.
        y: axis of the WER.
    """
    return ScatterMark(
        name,
        style,
        x=x.to_pixel(late.value),
        y=y.to_pixel(errors.value),
        x_low=x.to_pixel(late.low),
        x_high=x.to_pixel(late.high),
        y_low=y.to_pixel(errors.low),
        y_high=y.to_pixel(errors.high),
        open_ended=late.high > x.high,
        cut_off=errors.high > y.high,
    )


def plot_scatter(comparison: Comparison, frame: Frame) -> ScatterPlot:
    """Lay the plot out in a frame."""
    label, by_system = choose_main_latency(comparison)
    ends = {
        s.summary.name: (get_ends(by_system[s.summary.name]), get_ends(s.summary.wer))
        for s in comparison.systems
    }
    shown = {n: pair for n, pair in ends.items() if all(math.isfinite(e.value) for e in pair)}
    late, errors = ([pair[at] for pair in shown.values()] for at in (0, 1))
    x = make_seconds_axis(cap_ends(late), frame.left + 14, frame.right)
    y = make_rate_axis(cap_ends(errors), frame.bottom, frame.top)
    styles = assign_styles(comparison)
    marks = [place_mark(name, styles[name], *pair, x, y) for name, pair in shown.items()]
    on_front = find_pareto_front([(late.value, wer.value) for late, wer in shown.values()])
    front = list(dict.fromkeys((marks[at].x, marks[at].y) for at in on_front))
    return ScatterPlot(
        frame=frame,
        marks=_label(marks, list(shown.values()), front, frame),
        x_ticks=x.make_ticks(9),
        y_ticks=y.make_ticks(6, 100),
        log=x.log,
        description=" ".join(_describe(name, label, *pair) for name, pair in shown.items()),
        x_title=label,
        left_out=[name for name in ends if name not in shown],
        front=_draw_front(front),
    )


def _draw_front(corners: Sequence[tuple[float, float]]) -> str:
    """Draw steps, because no system has figures between those of two others."""
    if len(corners) < 2:
        return ""
    (x, y), *rest = corners
    return f"M{x:g},{y:g} {' '.join(f'H{right:g} V{lower:g}' for right, lower in rest)}"


def _label(
    marks: Sequence[ScatterMark],
    figures: Sequence[tuple[Ends, Ends]],
    front: Sequence[tuple[float, float]],
    frame: Frame,
) -> list[ScatterMark]:
    """Label the marks, off each other, their intervals and the front."""
    names = [shorten(mark.name, 22) for mark in marks]
    texts = [f"{format_seconds(late.value)}, {format_percent(wer.value)}" for late, wer in figures]
    sizes = [(max(map(estimate_width, pair)), 30.0) for pair in zip(names, texts, strict=True)]
    bars = [Box(mark.x_low, mark.y, mark.x_high, mark.y) for mark in marks]
    bars += [Box(mark.x, mark.y_high, mark.x, mark.y_low) for mark in marks]
    for (left, top), (right, bottom) in itertools.pairwise(front):
        bars += [Box(left, top, right, top), Box(right, top, right, bottom)]
    boxes = place_labels([(mark.x, mark.y) for mark in marks], sizes, bars, frame)
    return [
        replace(mark, name=name, text=text, label=box)
        for mark, name, text, box in zip(marks, names, texts, boxes, strict=True)
    ]


def _describe(name: str, label: str, late: Ends, wer: Ends) -> str:
    rates = f" ({format_percent(wer.low)} to {format_percent(wer.high)})"
    times = f" ({format_seconds(late.low)} to {format_seconds(late.high)})"
    return (
        f"{name}: WER {format_percent(wer.value)}{rates * (wer.low < wer.high)},"
        f" {label} {format_seconds(late.value)}{times * (late.low < late.high)}."
    )
