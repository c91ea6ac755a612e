"""The share of words that are final within a time: one curve per system."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from streamwer.analysis.formatting import format_percent, format_seconds, shorten
from streamwer.reports.comparison import Comparison
from streamwer.reports.latencies import Floats, sort_commit_latencies
from streamwer.reports.palette import Style, assign_styles
from streamwer.reports.plots.axis import (
    WIDE_LABELLED,
    Axis,
    Frame,
    Plot,
    draw_path,
    make_seconds_axis,
)
from streamwer.reports.plots.labels import spread_heights

_PIXELS = 2
"""Between two points of a curve."""


@dataclass(frozen=True)
class Curve:
    """The curve of one system, its end, and its label."""

    style: Style
    path: str
    end_x: float
    end_y: float
    median_x: float | None
    label_y: float
    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class CurvePlot(Plot):
    """The geometry of the plot."""

    curves: list[Curve]
    middle_y: float
    labels_beside: bool


def plot_curves(comparison: Comparison, frame: Frame) -> CurvePlot:
    """Lay the plot out in a frame."""
    late = {s.summary.name: sort_commit_latencies(s.scores) for s in comparison.systems}
    late = {name: values for name, values in late.items() if len(values)}
    x = make_seconds_axis(_find_extent(list(late.values())), frame.left, frame.right)
    y = Axis(0, 1, frame.bottom, frame.top)
    styles = assign_styles(comparison)
    heights = spread_heights([y.to_pixel(_get_emitted_share(v)) for v in late.values()], 34, frame)
    return CurvePlot(
        frame=frame,
        curves=[
            _draw_curve(styles[name], values, x, y, height)
            for (name, values), height in zip(late.items(), heights, strict=True)
        ],
        x_ticks=x.make_ticks(9),
        y_ticks=y.make_ticks(5, 100),
        middle_y=y.to_pixel(0.5),
        log=x.log,
        labels_beside=frame is WIDE_LABELLED,
        description=" ".join(f"{name}: {_describe(values)}." for name, values in late.items()),
    )


def _draw_curve(style: Style, late: Floats, x: Axis, y: Axis, label_y: float) -> Curve:
    median = _quantile(late, 0.5)
    finite = late[np.isfinite(late)]
    last = x.to_pixel(float(finite[-1])) if len(finite) else x.begin
    pixels = np.append(np.arange(x.begin, last, _PIXELS), last)
    shares = [_get_share(late, x.to_value(p)) for p in pixels[:-1]] + [_get_emitted_share(late)]
    return Curve(
        style=style,
        path=draw_path(zip(pixels, map(y.to_pixel, shares), strict=True)),
        end_x=last,
        end_y=y.to_pixel(_get_emitted_share(late)),
        median_x=x.to_pixel(median) if math.isfinite(median) else None,
        label_y=label_y,
        name=shorten(style.name, 20),
        text=_describe_end(late),
    )


def _find_extent(late: Sequence[Floats]) -> list[float]:
    """Return the latencies that the axis must hold; the earliest 2 % may lie at its left end."""
    finite = [values[np.isfinite(values)] for values in late]
    ends = [(np.quantile(v, 0.02), v[-1]) for v in finite if len(v)]
    return [float(value) for pair in ends for value in pair]


def _get_share(late: Floats, until: float) -> float:
    return float(np.searchsorted(late, until, side="right")) / len(late)


def _get_emitted_share(late: Floats) -> float:
    return float(np.isfinite(late).mean())


def _quantile(late: Floats, q: float) -> float:
    return float(late[math.ceil(q * len(late)) - 1])


def _describe_end(late: Floats) -> str:
    never = 1 - _get_emitted_share(late)
    return "all words emitted" if never == 0 else f"{format_percent(never)} never"


def _describe(late: Floats) -> str:
    parts = [f"{q:.0%} of words within {format_seconds(_quantile(late, q))}" for q in (0.5, 0.95)]
    return f"{', '.join(parts)}, {_describe_end(late)}"
