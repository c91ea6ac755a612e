"""Search for the largest number of calls within a service level, and its interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median_low


@dataclass(frozen=True)
class CapacityEstimate:
    """A capacity over repeats with other arrivals.

    Attributes:
        value: the median; of two in the middle the smaller.
        low: the smallest.
        high: the largest.
        confidence: probability that the median of all possible repeats lies from low to high.
    """

    value: int
    low: int
    high: int
    confidence: float

    @property
    def has_interval(self) -> bool:
        """Tell whether there is an interval: one seed gives none."""
        return self.confidence > 0


def find_largest(meets: Callable[[int], bool], most: int, guess: int = 1) -> int:
    """Return the largest n from 1 to `most` that meets the level; 0 if none does.

    Exponential, then binary search. Each n is tried once at most.

    Args:
        meets: tells whether n calls meet the level; if so, all smaller n must.
        most: the largest n to try.
        guess: the first n to try.
    """
    low, high = 0, most + 1
    at, step = min(max(guess, 1), most), 1
    while low + 1 < high:
        if meets(at):
            low = at
        else:
            high = at
        if low and high <= most:
            at = (low + high) // 2
        else:
            at = min(low + step, most) if low else max(high - step, 1)
            step *= 2
    return low


def estimate_capacity(repeats: Sequence[int]) -> CapacityEstimate:
    """Return the median of n repeats: all lie on one side of the true one with chance 2^(1−n)."""
    return CapacityEstimate(
        median_low(repeats), min(repeats), max(repeats), 1 - 2.0 ** (1 - len(repeats))
    )
