"""Axes: from values to pixels, with ticks at round numbers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_CHARACTER = 7.5
"""Pixels of a tick's label per character, with the space before the next label."""
_SPREAD = 5.0
"""A ratio of largest to smallest value above which a linear axis would hide the small ones."""


@dataclass(frozen=True)
class Frame:
    """The area of a plot, in pixels of its viewBox."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float


class Tick(NamedTuple):
    """Where a tick is, in pixels, and what it says."""

    at: float
    label: str


@dataclass(frozen=True)
class Axis:
    """Values from `low` to `high` on pixels from `begin` to `end`."""

    low: float
    high: float
    begin: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """The pixel of a value; values beyond an end are put at that end."""
        value = min(max(value, self.low), self.high)
        part = (self._scaled(value) - self._scaled(self.low)) / self._span()
        return round(self.begin + part * (self.end - self.begin), 1)

    def value(self, pixel: float) -> float:
        """The value of a pixel."""
        part = (pixel - self.begin) / (self.end - self.begin)
        scaled = self._scaled(self.low) + part * self._span()
        return 10.0**scaled if self.log else scaled

    def ticks(self, most: int, factor: float = 1) -> list[Tick]:
        """At most about `most` ticks; labels show the value times `factor`."""
        values = _log_values(self, most) if self.log else _linear_values(self, most)
        return [Tick(self.at(value), _label(value * factor)) for value in values]

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def _span(self) -> float:
        return self._scaled(self.high) - self._scaled(self.low)


def seconds_axis(values: Iterable[float], begin: float, end: float) -> Axis:
    """An axis for latencies: logarithmic where they span much and none is near or below zero."""
    finite = sorted(value for value in values if math.isfinite(value))
    low, high = (finite[0], finite[-1]) if finite else (0.0, 1.0)
    if low > 0 and high / low > _SPREAD:
        return Axis(low / 1.25, high * 1.25, begin, end, log=True)
    return _padded(low, high, begin, end)


def rate_axis(values: Iterable[float], begin: float, end: float) -> Axis:
    """An axis for rates from round number to round number; it begins at 0 where that is near."""
    finite = sorted(value for value in values if math.isfinite(value))
    low, high = (finite[0], finite[-1]) if finite else (0.0, 0.1)
    return _padded(0.0 if 0 <= low < 0.4 * high else low, high, begin, end)


def _padded(low: float, high: float, begin: float, end: float) -> Axis:
    step = _step(max(high - low, 0.02 * abs(high), 1e-3) / 5)
    below = math.floor(low / step) * step
    above = math.ceil(high / step + 0.2) * step
    return Axis(below, above, begin, end)


def _step(rough: float) -> float:
    """The next of 1, 2, 5 × 10^k."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


def _linear_values(axis: Axis, most: int) -> list[float]:
    step = _step((axis.high - axis.low) / most)
    first, last = math.ceil(axis.low / step - 1e-6), math.floor(axis.high / step + 1e-6)
    return [index * step for index in range(first, last + 1)]


def _log_values(axis: Axis, most: int) -> list[float]:
    exponents = range(math.floor(math.log10(axis.low)), math.ceil(math.log10(axis.high)) + 1)
    for factors in ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        values = [factor * 10.0**exponent for exponent in exponents for factor in factors]
        inside = [value for value in values if axis.low <= value <= axis.high]
        if len(inside) <= most and _apart(axis, inside):
            return inside
    return inside


def _apart(axis: Axis, values: Sequence[float]) -> bool:
    """Whether the labels of a horizontal axis, centred below their ticks, keep off each other."""
    if axis.end < axis.begin:
        return True
    places = [(axis.at(value), _CHARACTER * len(_label(value)) / 2) for value in values]
    return all(
        right - half >= left + other for (left, other), (right, half) in itertools.pairwise(places)
    )


def _label(value: float) -> str:
    return f"{round(value, 6):g}".replace("-", "−")
