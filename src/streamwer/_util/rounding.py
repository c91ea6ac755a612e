"""Numbers as the files for machines hold them."""

from __future__ import annotations

import math

RATE, SECONDS = 6, 4
"""Decimals of rates, which are fractions, and of times."""


def number(value: float | None, digits: int) -> float | str | None:
    """Rounded; None for what is not defined, and a word for infinity, which JSON lacks."""
    if value is None or math.isnan(value):
        return None
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value if isinstance(value, int) else round(value, digits) + 0.0  # no negative zero
