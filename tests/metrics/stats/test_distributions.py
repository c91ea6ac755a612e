"""Student's t and exact bounds against printed tables and closed forms."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest

from streamwer.metrics.stats.distributions import binomial_bounds, student_quantile


@pytest.mark.parametrize(
    ("freedom", "value"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (9, 2.2622), (30, 2.0423), (39, 2.0227)],
)
def test_the_quantiles_are_those_of_the_tables(freedom: int, value: float) -> None:
    assert student_quantile(0.975, freedom) == pytest.approx(value, abs=5e-5)


def test_one_degree_of_freedom_is_cauchy_and_two_have_a_closed_form() -> None:
    for share in (0.6, 0.9, 0.999):
        assert student_quantile(share, 1) == pytest.approx(math.tan(math.pi * (share - 0.5)))
        closed = (2 * share - 1) / math.sqrt(2 * share * (1 - share))
        assert student_quantile(share, 2) == pytest.approx(closed)


def test_fractions_of_a_degree_lie_between_and_many_are_normal() -> None:
    assert 2.7764 < student_quantile(0.975, 3.5) < 3.1824
    assert student_quantile(0.5, 3.5) == 0
    assert student_quantile(0.975, 1e6) == pytest.approx(NormalDist().inv_cdf(0.975), abs=1e-4)


def test_no_event_and_nothing_but_events_have_closed_bounds() -> None:
    most = 1 - 0.025 ** (1 / 70)
    assert binomial_bounds(0, 70, 0.95) == (0, pytest.approx(most))
    assert binomial_bounds(70, 70, 0.95) == (pytest.approx(1 - most), 1)


def test_a_published_example_of_exact_bounds() -> None:
    """Clopper & Pearson 1934: 3 of 10, at 95 %."""
    assert binomial_bounds(3, 10, 0.95) == pytest.approx((0.0667, 0.6525), abs=5e-5)


@pytest.mark.parametrize(("count", "total"), [(1, 40), (7, 40), (90, 1000)])
def test_each_bound_leaves_a_tail_of_the_binomial(count: int, total: int) -> None:
    low, high = binomial_bounds(count, total, 0.9)

    def share(k: int, p: float) -> float:
        return math.comb(total, k) * p**k * (1 - p) ** (total - k)

    assert sum(share(k, low) for k in range(count, total + 1)) == pytest.approx(0.05)
    assert sum(share(k, high) for k in range(count + 1)) == pytest.approx(0.05)
