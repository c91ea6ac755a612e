"""Pareto front of two objectives."""

from __future__ import annotations

import math
from collections.abc import Sequence


def find_pareto_front(objectives: Sequence[tuple[float, float]]) -> list[int]:
    """Return the indices of the points on the front, in order of the first objective.

    Both objectives are minimised. A point is dominated by one that is nowhere worse and somewhere
    better; equal points share their fate, and a point that is not finite is never on the front.
    """
    finite = [at for at, pair in enumerate(objectives) if all(map(math.isfinite, pair))]
    order = sorted(finite, key=lambda at: (*objectives[at], at))
    front: list[int] = []
    lowest, at_first = math.inf, math.nan
    for at in order:
        first, second = objectives[at]
        if second < lowest or (second == lowest and first == at_first):
            front.append(at)
            lowest, at_first = second, first
    return front
