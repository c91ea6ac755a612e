"""The share of words that are final within a time: one curve per system."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from streamwer.analysis import formatting
from streamwer.reports.comparison import Comparison
from streamwer.reports.latencies import Floats, commit_latencies
from streamwer.reports.palette import Style, styles
from streamwer.reports.plots.axis import Axis, Frame, Tick, seconds_axis
from streamwer.reports.plots.labels import spread, text_width

WIDE = Frame(width=560, height=390, left=52, right=416, top=32, bottom=340)
NARROW = Frame(width=344, height=330, left=44, right=334, top=32, bottom=280)

_PIXELS = 2
"""Between two points of a curve."""


class Middle(NamedTuple):
    """Where half of the words are final, and where its label goes."""

    x: float
    label_x: float
    label_y: float
    text: str


@dataclass(frozen=True)
class Curve:
    """One system: its path, where half of its words are final, where its curve ends."""

    style: Style
    path: str
    end_x: float
    end_y: float
    middle: Middle | None
    label_y: float
    name: str
    text: str


@dataclass(frozen=True)
class Curves:
    """Everything the template draws."""

    frame: Frame
    curves: list[Curve]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    middle_y: float
    log: bool
    labels_beside: bool
    description: str


def curves(comparison: Comparison, frame: Frame) -> Curves:
    """Lay the plot out in a frame."""
    late = {s.summary.name: np.sort(commit_latencies(s.scores)) for s in comparison.systems}
    late = {name: values for name, values in late.items() if len(values)}
    x = seconds_axis(_extent(list(late.values())), frame.left, frame.right)
    y = Axis(0, 1, frame.bottom, frame.top)
    looks = styles(comparison)
    ends = [y.at(_emitted(values)) for values in late.values()]
    heights = spread(ends, 34, frame.top + 4, frame.bottom - 20)
    middles = _middles([_quantile(values, 0.5) for values in late.values()], x, y)
    placed = zip(late.items(), heights, middles, strict=True)
    return Curves(
        frame=frame,
        curves=[
            _curve(looks[name], values, x, y, height, middle)
            for (name, values), height, middle in placed
        ],
        x_ticks=x.ticks(9),
        y_ticks=y.ticks(5, 100),
        middle_y=y.at(0.5),
        log=x.log,
        labels_beside=frame is WIDE,
        description=" ".join(f"{name}: {_described(values)}." for name, values in late.items()),
    )


def _curve(
    style: Style, late: Floats, x: Axis, y: Axis, label_y: float, middle: Middle | None
) -> Curve:
    finite = late[np.isfinite(late)]
    last = x.at(float(finite[-1])) if len(finite) else x.begin
    pixels = np.append(np.arange(x.begin, last, _PIXELS), last)
    shares = [_share(late, x.value(pixel)) for pixel in pixels[:-1]] + [_emitted(late)]
    corners = [f"{pixel:g},{y.at(share):g}" for pixel, share in zip(pixels, shares, strict=True)]
    return Curve(
        style=style,
        path=f"M{' L'.join(corners)}",
        end_x=last,
        end_y=y.at(_emitted(late)),
        middle=middle,
        label_y=label_y,
        name=formatting.shortened(style.name, 20),
        text=_ending(late),
    )


def _middles(medians: Sequence[float], x: Axis, y: Axis) -> list[Middle | None]:
    """The first label stands above left of its marker, the others below right, none on another."""
    found: list[Middle | None] = [None] * len(medians)
    order = sorted(range(len(medians)), key=lambda index: medians[index])
    right, label_y = 0.0, y.at(0.5)
    for index in (index for index in order if math.isfinite(medians[index])):
        text, at = formatting.seconds(medians[index], 1), x.at(medians[index])
        left = at - 6 - text_width(text)
        if index == order[0] and left > x.begin:
            found[index] = Middle(at, left, y.at(0.5) - 8, text)
            continue
        label_y = (label_y if at < right else y.at(0.5)) + 16
        right = at + 12 + text_width(text)
        found[index] = Middle(at, at + 9, label_y, text)
    return found


def _extent(late: Sequence[Floats]) -> list[float]:
    """What the axis must hold; the few earliest words may begin at its left end."""
    finite = [values[np.isfinite(values)] for values in late]
    ends = [(np.quantile(v, 0.02), v[-1]) for v in finite if len(v)]
    return [float(value) for pair in ends for value in pair]


def _share(late: Floats, until: float) -> float:
    return float(np.searchsorted(late, until, side="right")) / len(late)


def _emitted(late: Floats) -> float:
    return float(np.isfinite(late).mean())


def _quantile(late: Floats, q: float) -> float:
    return float(late[math.ceil(q * len(late)) - 1])


def _ending(late: Floats) -> str:
    never = 1 - _emitted(late)
    return "all words emitted" if never == 0 else f"{formatting.percent(never)} never"


def _described(late: Floats) -> str:
    parts = [
        f"{q:.0%} of words within {formatting.seconds(_quantile(late, q))}" for q in (0.5, 0.95)
    ]
    return f"{', '.join(parts)}, {_ending(late)}"
