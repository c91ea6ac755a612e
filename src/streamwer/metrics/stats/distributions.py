"""Student's t and the exact bounds of a count, by the incomplete beta function.

DLMF 8.17: both follow from it, also for degrees of freedom that are no whole number; this saves
a dependency for two functions.
"""

from __future__ import annotations

import math
from functools import lru_cache

_TERMS = 500
_TINY = 1e-300
_STEPS = 200
_PRECISION = 1e-13


@lru_cache(maxsize=4096)
def student_quantile(share: float, freedom: float) -> float:
    """Return the value that Student's t stays below with a probability.

    Args:
        share: the probability, 0.5 ≤ share < 1.
        freedom: degrees of freedom, above 0; they may be a fraction.
    """
    if share == 0.5:
        return 0.0
    ratio = _find_beta_quantile(2 * (1 - share), freedom / 2, 0.5)
    return math.sqrt(freedom * (1 - ratio) / ratio)


def binomial_bounds(count: float, total: float, confidence: float) -> tuple[float, float]:
    """Bound a probability by how often something came in independent trials.

    Clopper & Pearson 1934: both bounds together hold at least as often as `confidence` says,
    however small the count.

    Args:
        count: how often it came, 0 ≤ count ≤ total.
        total: the trials, above 0.
        confidence: of both bounds together.
    """
    tail = (1 - confidence) / 2
    low = _find_beta_quantile(tail, count, total - count + 1) if count else 0.0
    high = _find_beta_quantile(1 - tail, count + 1, total - count) if count < total else 1.0
    return low, high


def _find_beta_quantile(share: float, a: float, b: float) -> float:
    """Find the x at which the regularised incomplete beta function is `share`, by Newton."""
    low, high, x = 0.0, 1.0, a / (a + b)
    for _ in range(_STEPS):
        missed = _compute_beta_share(x, a, b) - share
        low, high = (x, high) if missed < 0 else (low, x)
        slope = math.exp(_compute_log_power(x, a, b)) / x / (1 - x)
        before, x = x, x - missed / slope if slope else 0.0
        if not low < x < high:
            x = (low + high) / 2
        if abs(x - before) <= _PRECISION * x:
            break
    return x


def _compute_beta_share(x: float, a: float, b: float) -> float:
    """Compute the regularised incomplete beta function, for 0 < x < 1."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _compute_beta_share(1 - x, b, a)
    return math.exp(_compute_log_power(x, a, b)) / a / _evaluate_fraction(x, a, b)


def _compute_log_power(x: float, a: float, b: float) -> float:
    """Compute the log of x^a · (1 − x)^b over the beta function."""
    beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return a * math.log(x) + b * math.log1p(-x) - beta


def _evaluate_fraction(x: float, a: float, b: float) -> float:
    """Evaluate DLMF 8.17.22 as 1 + d₁/(1 + d₂/(1 + …)), by Lentz's method."""
    value, above, below = 1.0, 1.0, 0.0
    for term in range(1, _TERMS):
        half, odd = divmod(term, 2)
        if odd:
            d = -(a + half) * (a + b + half) / ((a + 2 * half) * (a + 2 * half + 1)) * x
        else:
            d = half * (b - half) / ((a + 2 * half - 1) * (a + 2 * half)) * x
        below = 1 / _avoid_zero(1 + d * below)
        above = _avoid_zero(1 + d / above)
        value *= above * below
        if abs(above * below - 1) < 1e-15:
            break
    return value


def _avoid_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
