"""The points that no other point beats on both objectives."""

from __future__ import annotations

import math
from collections.abc import Sequence


def pareto(objectives: Sequence[tuple[float, float]]) -> list[int]:
    """Indices of the points on the front, from the smallest first objective on.

    Both objectives are minimised. A point is beaten by one that is nowhere worse and somewhere
    better; equal points stand or fall together, and one that is not finite is never on the front.
    """
    finite = [at for at, pair in enumerate(objectives) if all(map(math.isfinite, pair))]
    order = sorted(finite, key=lambda at: (*objectives[at], at))
    found: list[int] = []
    lowest, of = math.inf, math.nan
    for at in order:
        first, second = objectives[at]
        if second < lowest or (second == lowest and first == of):
            found.append(at)
            lowest, of = second, first
    return found
