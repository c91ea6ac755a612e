"""A ratio of two measurements that were taken in the same repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Ratio:
    """The median of the repeats' own ratios, and the least and the greatest of them."""

    median: float
    low: float
    high: float


def ratio(over: Sequence[float], under: Sequence[float]) -> Ratio:
    """Each repeat's ratio first, then their median: drift between repeats cancels out.

    Args:
        over: one measurement per repeat.
        under: of the same repeats, above 0.
    """
    return spread([one / other for one, other in zip(over, under, strict=True)])


def spread(values: Sequence[float]) -> Ratio:
    """Median, least and greatest of one value per repeat."""
    return Ratio(median(values), min(values), max(values))
