"""Numbers as text: units, a true minus sign, and words where there is no number."""

from __future__ import annotations

import math

from streamwer.metrics.differences import Difference
from streamwer.metrics.stats.intervals import Interval, choose_decimals
from streamwer.metrics.stats.quantiles import Quantile

NO_BREAK = "\u00a0"
UNKNOWN = "–"
TOO_FEW = "n too small"
NEVER = "never"


def format_number(value: float, digits: int, *, sign: bool = False) -> str:
    """Return a number with fixed decimals; one that rounds to 0 has no sign.

    Args:
        value: NaN is unknown.
        digits: the decimals.
        sign: whether a positive number has a plus.
    """
    if math.isnan(value):
        return UNKNOWN
    rounded = round(value, digits)
    text = f"{rounded:+.{digits}f}" if sign and rounded else f"{abs(rounded):.{digits}f}"
    return text.replace("-", "−") if sign or rounded >= 0 else f"−{text}"


def format_percent(fraction: float, *, unit: bool = True) -> str:
    """Return a fraction in percent: 0.0543 → 5.4 %."""
    if math.isnan(fraction):
        return UNKNOWN
    return format_number(100 * fraction, 1) + (f"{NO_BREAK}%" if unit else "")


def format_seconds(value: float | None, digits: int = 2, *, unit: bool = True) -> str:
    """Return a latency in seconds.

    Args:
        value: None is a percentile of too few events, infinity a word that was never emitted.
        digits: the decimals.
        unit: whether to add "s".
    """
    if value is None:
        return TOO_FEW
    if math.isinf(value):
        return NEVER
    return f"{format_number(value, digits)}{NO_BREAK}s" if unit else format_number(value, digits)


def format_points(fraction: float, digits: int = 1) -> str:
    """Return a difference of two rates in percentage points, with its sign."""
    return format_number(100 * fraction, digits, sign=True)


def format_rate(rate: Interval) -> str:
    """Return a rate in percent, and in brackets its interval, if it has one."""
    ends = format_percent_range(rate)
    return f"{format_percent(rate.value)} ({ends})" if ends else format_percent(rate.value)


def format_percent_range(interval: Interval, *, unit: bool = True) -> str:
    """Return both ends of a rate's interval, in percent; "" where there is none."""
    if not interval.is_known:
        return ""
    return f"{format_number(100 * interval.low, 1)} to {format_percent(interval.high, unit=unit)}"


def format_points_range(interval: Interval) -> str:
    """Return both ends of a difference's interval, in percentage points."""
    limits = (0.0, 100 * interval.margin) if isinstance(interval, Difference) else (0.0,)
    digits = choose_decimals((100 * interval.low, 100 * interval.high), limits, 1)
    return f"{format_points(interval.low, digits)} to {format_points(interval.high, digits)}"


def format_seconds_range(quantile: Quantile, *, unit: bool = True) -> str:
    """Return both ends of a latency's interval; "" where there is none."""
    if quantile.low is None or quantile.high is None:
        return ""
    if math.isinf(quantile.low):
        return NEVER
    return f"{format_number(quantile.low, 2)} to {format_seconds(quantile.high, unit=unit)}"


def format_figures(wer: Interval, late: Quantile) -> tuple[str, str]:
    """Return a WER and a latency, each with its interval in parentheses where there is one."""
    ends = format_seconds_range(late)
    seconds = format_seconds(late.value)
    return format_rate(wer), f"{seconds} ({ends})" if ends else seconds


def format_count(number_of: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: 1 → "1 recording", 36 → "36 recordings".

    Args:
        number_of: how many there are.
        singular: the noun.
        plural: its plural; with an s if empty.
    """
    noun = singular if number_of == 1 else plural or f"{singular}s"
    return f"{number_of:,}{NO_BREAK}{noun}"


def format_duration(length: float) -> str:
    """Return a duration: seconds below two minutes, minutes below two hours, else hours."""
    if length < 120:
        return f"{format_number(length, 0)}{NO_BREAK}s"
    if length < 7200:
        return f"{format_number(length / 60, 1)}{NO_BREAK}min"
    return f"{format_number(length / 3600, 1)}{NO_BREAK}h"


def shorten(text: str, length: int) -> str:
    """Return the text, or its beginning and an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
