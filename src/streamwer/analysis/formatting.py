"""Figures as people read them: units, a true minus sign, and words where there is no number."""

from __future__ import annotations

import math

from streamwer.metrics.differences import Difference
from streamwer.metrics.stats.intervals import Interval, choose_decimals
from streamwer.metrics.stats.quantiles import Quantile

NO_BREAK = "\u00a0"
UNKNOWN = "–"
TOO_FEW = "n too small"
NEVER = "never"


def number(value: float, digits: int, *, sign: bool = False) -> str:
    """Fixed decimals; what rounds to nothing has no sign."""
    if math.isnan(value):
        return UNKNOWN
    rounded = round(value, digits)
    text = f"{rounded:+.{digits}f}" if sign and rounded else f"{abs(rounded):.{digits}f}"
    return text.replace("-", "−") if sign or rounded >= 0 else f"−{text}"


def percent(fraction: float, *, unit: bool = True) -> str:
    """0.0543 → 5.4 %."""
    if math.isnan(fraction):
        return UNKNOWN
    return number(100 * fraction, 1) + (f"{NO_BREAK}%" if unit else "")


def seconds(value: float | None, digits: int = 2, *, unit: bool = True) -> str:
    """A latency; None is a percentile with too few events, infinity a word that never came."""
    if value is None:
        return TOO_FEW
    if math.isinf(value):
        return NEVER
    return f"{number(value, digits)}{NO_BREAK}s" if unit else number(value, digits)


def points(fraction: float, digits: int = 1) -> str:
    """A difference of two rates in percentage points, with its sign."""
    return number(100 * fraction, digits, sign=True)


def percent_range(interval: Interval, *, unit: bool = True) -> str:
    """Both ends of a rate's interval, in percent."""
    return f"{number(100 * interval.low, 1)} to {percent(interval.high, unit=unit)}"


def points_range(interval: Interval) -> str:
    """Both ends of a difference's interval, in percentage points."""
    limits = (0.0, 100 * interval.margin) if isinstance(interval, Difference) else (0.0,)
    digits = choose_decimals((100 * interval.low, 100 * interval.high), limits, 1)
    return f"{points(interval.low, digits)} to {points(interval.high, digits)}"


def seconds_range(quantile: Quantile, *, unit: bool = True) -> str:
    """Both ends of a latency's interval; "" where there is none."""
    if quantile.low is None or quantile.high is None:
        return ""
    if math.isinf(quantile.low):
        return NEVER
    return f"{number(quantile.low, 2)} to {seconds(quantile.high, unit=unit)}"


def count(number_of: int, singular: str, plural: str = "") -> str:
    """1 → "1 recording", 36 → "36 recordings"."""
    noun = singular if number_of == 1 else plural or f"{singular}s"
    return f"{number_of:,}{NO_BREAK}{noun}"


def duration(length: float) -> str:
    """Seconds below two minutes, minutes below two hours, else hours."""
    if length < 120:
        return f"{number(length, 0)}{NO_BREAK}s"
    if length < 7200:
        return f"{number(length / 60, 1)}{NO_BREAK}min"
    return f"{number(length / 3600, 1)}{NO_BREAK}h"


def shortened(text: str, length: int) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
