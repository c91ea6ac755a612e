"""The largest number of calls that still meets a service level, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median_low


@dataclass(frozen=True)
class Estimate:
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
    def known(self) -> bool:
        """Whether there is an interval: one seed gives none."""
        return self.confidence > 0


def largest(meets: Callable[[int], bool], most: int, guess: int = 1) -> int:
    """The largest n from 1 to `most` that meets, where all smaller ones do; 0 if none does.

    Bracketed with steps that double from `guess`, then halved. Each n is tried once at most.
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


def estimate(found: Sequence[int]) -> Estimate:
    """The median of n repeats; all of them lie on one side of the true one with chance 2^(1−n)."""
    return Estimate(median_low(found), min(found), max(found), 1 - 2.0 ** (1 - len(found)))
