"""Student's t distribution for whole degrees of freedom, by its finite series.

Abramowitz & Stegun 26.7.3 and 26.7.4; it saves a dependency for two functions.
"""

from __future__ import annotations

import math

_STEPS = 80
"""Halvings of the search for a quantile: beyond the precision of a float."""


def cdf(value: float, freedom: int) -> float:
    """P(T ≤ value) with `freedom` ≥ 1 degrees of freedom; accurate to about 1e-15."""
    if math.isinf(value):
        return float(value > 0)
    angle = math.atan(value / math.sqrt(freedom))
    odd = freedom % 2
    squared = math.cos(angle) ** 2
    term = math.cos(angle) if odd else 1.0
    total = term if freedom > 1 else 0.0
    for j in range(odd + 2, freedom, 2):
        term *= squared * (j - 1) / j
        total += term
    central = math.sin(angle) * total
    if odd:
        central = 2 / math.pi * (angle + central)
    return (1 + central) / 2


def quantile(share: float, freedom: int) -> float:
    """The value that T stays below with probability `share`, 0.5 ≤ share < 1."""
    low, high = 0.0, 1.0
    while cdf(high, freedom) < share:
        high *= 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if cdf(middle, freedom) < share else (low, middle)
    return high
