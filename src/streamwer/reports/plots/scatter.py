"""WER against latency, with intervals on both axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamwer.analysis.formatting import (
    format_percent,
    format_percent_range,
    format_seconds,
    format_seconds_range,
    shorten,
)
from streamwer.analysis.sweeps.front import find_pareto_front
from streamwer.metrics.summary import Summary
from streamwer.reports.comparison import Comparison
from streamwer.reports.palette import Style, assign_styles
from streamwer.reports.plots.axis import Axis, Frame, Plot, make_rate_axis, make_seconds_axis
from streamwer.reports.plots.labels import Box, estimate_width, place_labels


@dataclass(frozen=True)
class ScatterMark:
    """The figures of one system or point in pixels, and its label.

    Attributes:
        open_ended: whether the interval of the latency has no upper end.
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


@dataclass(frozen=True, kw_only=True)
class ScatterPlot(Plot):
    """The geometry of the plot.

    Attributes:
        left_out: systems without a finite latency or WER.
        front: path along the Pareto front; "" for fewer than two systems.
    """

    marks: list[ScatterMark]
    left_out: list[str]
    front: str


def plot_scatter(comparison: Comparison, frame: Frame) -> ScatterPlot:
    """Lay the plot out in a frame."""
    summaries = [system.summary for system in comparison.systems]
    shown = [summary for summary in summaries if _is_finite(summary)]
    x = make_seconds_axis([v for s in shown for v in _latency(s)], frame.left + 14, frame.right)
    rates = [v for s in shown for v in (s.wer.value, *_wer_ends(s))]
    y = make_rate_axis(rates, frame.bottom, frame.top)
    return ScatterPlot(
        frame=frame,
        marks=_marks(shown, assign_styles(comparison), x, y, frame),
        x_ticks=x.make_ticks(9),
        y_ticks=y.make_ticks(6, 100),
        log=x.log,
        description=" ".join(f"{s.name}: {_describe(s)}." for s in shown),
        left_out=[summary.name for summary in summaries if not _is_finite(summary)],
        front=_draw_front(list(dict.fromkeys(_corner(s, x, y) for s in find_front(shown)))),
    )


def find_front(summaries: Sequence[Summary]) -> list[Summary]:
    """Return the systems on the Pareto front of WER and median commit latency, fastest first."""
    objectives = [(_latency(summary)[1], summary.wer.value) for summary in summaries]
    return [summaries[at] for at in find_pareto_front(objectives)]


def _draw_front(corners: Sequence[tuple[float, float]]) -> str:
    """Draw steps, because no system has figures between those of two others."""
    if len(corners) < 2:
        return ""
    (x, y), *rest = corners
    return f"M{x:g},{y:g} {' '.join(f'H{right:g} V{lower:g}' for right, lower in rest)}"


def _marks(
    shown: Sequence[Summary], styles: Mapping[str, Style], x: Axis, y: Axis, frame: Frame
) -> list[ScatterMark]:
    """Place each system; the labels are placed together, off each other."""
    at = [_corner(summary, x, y) for summary in shown]
    x_ends = [(x.to_pixel(low), x.to_pixel(high)) for low, _, high in map(_latency, shown)]
    y_ends = [(y.to_pixel(low), y.to_pixel(high)) for low, high in map(_wer_ends, shown)]
    names = [shorten(summary.name, 22) for summary in shown]
    texts = [_label(summary) for summary in shown]
    sizes = [(max(map(estimate_width, pair)), 30.0) for pair in zip(names, texts, strict=True)]
    bars = [Box(low, py, high, py) for (_, py), (low, high) in zip(at, x_ends, strict=True)]
    bars += [Box(px, high, px, low) for (px, _), (low, high) in zip(at, y_ends, strict=True)]
    labels = place_labels(at, sizes, bars, frame)
    return [
        ScatterMark(
            names[n],
            styles[summary.name],
            *at[n],
            *x_ends[n],
            *y_ends[n],
            open_ended=math.isinf(_latency(summary)[2]),
            label=labels[n],
            text=texts[n],
        )
        for n, summary in enumerate(shown)
    ]


def _corner(summary: Summary, x: Axis, y: Axis) -> tuple[float, float]:
    return x.to_pixel(_latency(summary)[1]), y.to_pixel(summary.wer.value)


def _wer_ends(summary: Summary) -> tuple[float, float]:
    """Return the interval of the WER; the WER itself where too few speakers give no interval."""
    wer = summary.wer
    return (wer.value, wer.value) if math.isnan(wer.low) else (wer.low, wer.high)


def _latency(summary: Summary) -> tuple[float, float, float]:
    median = summary.commit_latency["p50"]
    value = math.inf if median.value is None else median.value
    low = value if median.low is None else median.low
    return low, value, value if median.high is None else median.high


def _is_finite(summary: Summary) -> bool:
    return math.isfinite(_latency(summary)[1]) and math.isfinite(summary.wer.value)


def _label(summary: Summary) -> str:
    late = format_seconds(summary.commit_latency["p50"].value)
    return f"{late}, {format_percent(summary.wer.value)}"


def _describe(summary: Summary) -> str:
    late = summary.commit_latency["p50"]
    interval = format_seconds_range(late)
    return (
        f"WER {format_percent(summary.wer.value)} ({format_percent_range(summary.wer)}),"
        f" median commit latency {format_seconds(late.value)} ({interval})"
    )
