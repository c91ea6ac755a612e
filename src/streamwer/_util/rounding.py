"""Rounding of the numbers in JSON and CSV files."""

from __future__ import annotations

import math

RATE, SECONDS = 6, 4
"""Decimals of rates, which are fractions, and of times."""


def round_number(value: float | None, digits: int) -> float | str | None:
    """Round a number for JSON: None if it is undefined, "inf" or "-inf" if infinite."""
    if value is None or math.isnan(value):
        return None
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value if isinstance(value, int) else round(value, digits) + 0.0  # no negative zero
