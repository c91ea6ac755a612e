"""One interval for every figure: the jackknife over speakers, with Student's t.

The figure is taken again without each speaker in turn; how much these values vary says how sure
it is (Tukey 1958). It asks nothing of the figure but that it can be taken again, so that error
rates, latency quantiles and differences of either are treated alike, and the interval is also the
test: a difference is shown where it leaves out 0. For what it promises, and where it does not
hold, see docs/statistics.md; `python -m tools.simulate_intervals` measures it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streamwer.metrics.stats.distributions import student_quantile

Floats = NDArray[np.float64]

FEW_BLOCKS = 10
"""Blocks below which an interval deserves a warning."""
_MAX_EXTRA_DIGITS = 3
"""Decimals more than usual."""


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval."""

    value: float
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Tell whether there are enough blocks for an interval."""
        return not math.isnan(self.low)

    @property
    def excludes_zero(self) -> bool:
        """Tell whether 0 is outside: of a difference, whether there is one."""
        return self.is_known and not self.low <= 0 <= self.high


def jackknife(value: float, without: Floats, sizes: Floats, confidence: float) -> Interval:
    """Give an estimate the interval that follows from leaving out each block in turn.

    Args:
        value: the estimate; it may be infinite.
        without: the estimate without each block, shape (blocks,); these may be infinite too.
        sizes: of the blocks, such as their words, shape (blocks,): uneven ones count as fewer.
        confidence: share of such intervals that hold the truth.

    Returns:
        The interval; NaN ends where there are fewer than two blocks.
    """
    if len(without) < 2 or math.isnan(value):
        return Interval(value, math.nan, math.nan)
    taken = np.append(without, value)
    finite = taken[np.isfinite(taken)]
    if not finite.size:
        return Interval(value, float(taken.min()), float(taken.max()))
    # What never came is infinitely late, and so is the end on its side. For the other end it
    # counts as the farthest of the values that are finite.
    within = taken.clip(finite.min(), finite.max())
    low, high = _compute_bounds(float(within[-1]), within[:-1], sizes, confidence)
    low = -math.inf if taken.min() == -math.inf else low
    high = math.inf if taken.max() == math.inf else high
    return Interval(value, low, high)


def adjust_confidence(confidence: float, comparisons: int) -> float:
    """Raise the confidence of each interval so that all of them hold at once (Bonferroni)."""
    return 1 - (1 - confidence) / max(1, comparisons)


def count_effective_blocks(sizes: Floats) -> float:
    """Return the number of equal blocks that uneven ones are worth (Kish 1965)."""
    return float(sizes.sum() ** 2 / (sizes**2).sum()) if sizes.any() else 0.0


def choose_decimals(ends: Iterable[float], limits: Iterable[float], digits: int) -> int:
    """Return how many decimals to print, so that no end seems to reach a limit that it does not.

    Args:
        ends: of an interval.
        limits: above or below which, either way, an end means something, such as 0.
        digits: the least number of decimals.
    """
    pairs = [(abs(end), at) for end in ends for at in limits if math.isfinite(end)]
    for more in range(digits, digits + _MAX_EXTRA_DIGITS):
        if all((round(end, more) == round(at, more)) == (end == at) for end, at in pairs):
            return more
    return digits + _MAX_EXTRA_DIGITS


def describe_few_blocks(blocks: int, noun: str = "block") -> str:
    """Describe what intervals over so few blocks rest on; "" where there are enough."""
    if blocks >= FEW_BLOCKS:
        return ""
    plural = "" if blocks == 1 else "s"
    return (
        f"only {blocks} {noun}{plural}: with fewer than {FEW_BLOCKS}, intervals rest on the"
        " assumption that such blocks differ about normally"
    )


def _compute_bounds(
    value: float, without: Floats, sizes: Floats, confidence: float
) -> tuple[float, float]:
    blocks = len(without)
    error = math.sqrt((blocks - 1) / blocks * float(((without - value) ** 2).sum()))
    freedom = max(1.0, round(count_effective_blocks(sizes) - 1, 1))
    reach = student_quantile((1 + confidence) / 2, freedom) * error
    longer = _skewness(value - without) * (1 + 2 * student_quantile((1 + confidence) / 2, 1e6) ** 2)
    return (
        value - reach + min(0.0, longer * error),
        value + reach + max(0.0, longer * error),
    )


def _skewness(influence: Floats) -> float:
    """Return a sixth of the estimate's skewness, from how far each block pulls it.

    The end on the side of the longer tail is moved out by it (Hall 1992), the other one is not
    moved in: few blocks do not show a skewness well enough to be surer for it.
    """
    pulls = influence - influence.mean()
    squares = float((pulls**2).sum())
    return float((pulls**3).sum()) / (6 * squares**1.5) if squares else 0.0
