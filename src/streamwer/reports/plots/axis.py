"""Axes that map values to pixels, with ticks at round numbers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile

_CHARACTER = 7.5
"""Pixels of a tick's label per character, with the space before the next label."""
_SPREAD = 5.0
"""A ratio of largest to smallest value above which a linear axis would hide the small ones."""

_MOST = 3.0
"""Times the largest estimate that the end of an interval is still on the axis."""


@dataclass(frozen=True)
class Frame:
    """The area of a plot, in pixels of its viewBox."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float


WIDE = Frame(width=560, height=390, left=52, right=540, top=32, bottom=340)
WIDE_LABELLED = Frame(width=560, height=390, left=52, right=416, top=32, bottom=340)
"""With room for labels to the right of the plot."""
NARROW = Frame(width=344, height=330, left=44, right=334, top=32, bottom=280)


class Ends(NamedTuple):
    """An estimate with both ends of its interval; where they are unknown, they are the estimate."""

    low: float
    value: float
    high: float


class Tick(NamedTuple):
    """A tick at a pixel, with its label."""

    pixel: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Plot:
    """The parts of a plot that the grid draws; `log` says whether the x axis is logarithmic."""

    frame: Frame
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    log: bool
    description: str


@dataclass(frozen=True)
class Axis:
    """An axis with values from `low` to `high` on pixels from `begin` to `end`."""

    low: float
    high: float
    begin: float
    end: float
    log: bool = False

    def to_pixel(self, value: float) -> float:
        """Return the pixel of a value; values beyond an end lie at that end."""
        value = min(max(value, self.low), self.high)
        part = (self._scale(value) - self._scale(self.low)) / self._get_span()
        return round(self.begin + part * (self.end - self.begin), 1)

    def to_value(self, pixel: float) -> float:
        """Return the value at a pixel."""
        part = (pixel - self.begin) / (self.end - self.begin)
        scaled = self._scale(self.low) + part * self._get_span()
        return 10.0**scaled if self.log else scaled

    def make_ticks(self, limit: int, factor: float = 1) -> list[Tick]:
        """Make about `limit` ticks at most; labels show the value times `factor`."""
        values = _place_log(self, limit) if self.log else _place_linear(self, limit)
        return [Tick(self.to_pixel(value), _label(value * factor)) for value in values]

    def _scale(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def _get_span(self) -> float:
        return self._scale(self.high) - self._scale(self.low)


def make_seconds_axis(values: Iterable[float], begin: float, end: float) -> Axis:
    """Make an axis for latencies, logarithmic where they are positive and span much.

    Args:
        values: seconds; those that are not finite are ignored.
        begin: pixel of the lowest value.
        end: pixel of the highest value.
    """
    finite = sorted(value for value in values if math.isfinite(value))
    low, high = (finite[0], finite[-1]) if finite else (0.0, 1.0)
    if low > 0 and high / low > _SPREAD:
        return Axis(low / 1.25, high * 1.25, begin, end, log=True)
    return _pad_axis(low, high, begin, end)


def make_rate_axis(values: Iterable[float], begin: float, end: float) -> Axis:
    """Make an axis for rates between round numbers; it begins at 0 where that is near.

    Args:
        values: rates as fractions; those that are not finite are ignored.
        begin: pixel of the lowest value.
        end: pixel of the highest value.
    """
    finite = sorted(value for value in values if math.isfinite(value))
    low, high = (finite[0], finite[-1]) if finite else (0.0, 0.1)
    return _pad_axis(0.0 if 0 <= low < 0.4 * high else low, high, begin, end)


def get_ends(figure: Interval | Quantile) -> Ends:
    """Return an estimate and its interval; NaN where there is none."""
    value, low, high = (
        math.nan if end is None else end for end in (figure.value, figure.low, figure.high)
    )
    return Ends(value if math.isnan(low) else low, value, value if math.isnan(high) else high)


def cap_ends(figures: Iterable[Ends]) -> list[float]:
    """Return the values that an axis must hold; far ends of wide intervals lie beyond it."""
    known = list(figures)
    most = _MOST * max((each.value for each in known), default=0.0)
    return [end for low, value, high in known for end in (low, value, max(value, min(high, most)))]


def draw_path(corners: Iterable[tuple[float, float]]) -> str:
    """Return the SVG path data of a line through the corners."""
    return f"M{' L'.join(f'{x:g},{y:g}' for x, y in corners)}"


def _pad_axis(low: float, high: float, begin: float, end: float) -> Axis:
    step = _choose_step(max(high - low, 0.02 * abs(high), 1e-3) / 5)
    below = math.floor(low / step) * step
    above = math.ceil(high / step + 0.2) * step
    return Axis(below, above, begin, end)


def _choose_step(rough: float) -> float:
    """Round up to the next of 1, 2, 5 × 10^k."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


def _place_linear(axis: Axis, limit: int) -> list[float]:
    step = _choose_step((axis.high - axis.low) / limit)
    first, last = math.ceil(axis.low / step - 1e-6), math.floor(axis.high / step + 1e-6)
    return [index * step for index in range(first, last + 1)]


def _place_log(axis: Axis, limit: int) -> list[float]:
    exponents = range(math.floor(math.log10(axis.low)), math.ceil(math.log10(axis.high)) + 1)
    for factors in ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        values = [factor * 10.0**exponent for exponent in exponents for factor in factors]
        inside = [value for value in values if axis.low <= value <= axis.high]
        if len(inside) <= limit and _has_room(axis, inside):
            return inside
    return inside


def _has_room(axis: Axis, values: Sequence[float]) -> bool:
    """Tell whether the labels of a horizontal axis, centred below their ticks, do not overlap."""
    if axis.end < axis.begin:
        return True
    labels = [(axis.to_pixel(value), _CHARACTER * len(_label(value)) / 2) for value in values]
    return all(b - half_b >= a + half_a for (a, half_a), (b, half_b) in itertools.pairwise(labels))


def _label(value: float) -> str:
    return f"{round(value, 6):g}".replace("-", "−")
