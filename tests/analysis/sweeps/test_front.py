"""The Pareto front is what comparing every point with every other one leaves."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from streamwer.analysis.sweeps.front import find_pareto_front

# Few values, so that ties are common.
VALUES = st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, math.inf, math.nan])
PAIRS = st.lists(st.tuples(VALUES, VALUES), max_size=12)

Pair = tuple[float, float]


def beats(one: Pair, other: Pair) -> bool:
    return one[0] <= other[0] and one[1] <= other[1] and one != other


@given(PAIRS)
def test_the_front_is_what_nothing_beats(pairs: list[Pair]) -> None:
    finite = [pair for pair in pairs if all(map(math.isfinite, pair))]
    wanted = {
        at
        for at, pair in enumerate(pairs)
        if pair in finite and not any(beats(other, pair) for other in finite)
    }
    assert set(find_pareto_front(pairs)) == wanted


@given(PAIRS)
def test_along_the_front_one_objective_rises_and_the_other_falls(pairs: list[Pair]) -> None:
    front = [pairs[at] for at in find_pareto_front(pairs)]
    assert front == sorted(front)
    assert [pair[1] for pair in front] == sorted((pair[1] for pair in front), reverse=True)


def test_equal_points_stand_together_and_what_never_ends_is_not_on_it() -> None:
    assert find_pareto_front([(1.0, 2.0), (1.0, 2.0), (0.5, math.inf), (1.0, 3.0)]) == [0, 1]
