"""Figures as people read them: units, a true minus sign, and words where there is no number."""

from __future__ import annotations

import math

from streamwer.metrics import Interval, Quantile

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


def points(fraction: float) -> str:
    """A difference of two rates in percentage points, with its sign."""
    return number(100 * fraction, 1, sign=True)


def p_value(p: float) -> str:
    """0.0312 → p = 0.031; a tiny one is not spelt out."""
    if math.isnan(p):
        return f"p{NO_BREAK}not{NO_BREAK}known"
    relation = f"<{NO_BREAK}0.001" if p < 0.001 else f"={NO_BREAK}{number(p, 3 if p < 0.1 else 2)}"
    return f"p{NO_BREAK}{relation}"


def percent_range(interval: Interval, *, unit: bool = True) -> str:
    """Both ends of a rate's interval, in percent."""
    return f"{number(100 * interval.low, 1)} to {percent(interval.high, unit=unit)}"


def points_range(interval: Interval) -> str:
    """Both ends of a difference's interval, in percentage points."""
    return f"{points(interval.low)} to {points(interval.high)}"


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
