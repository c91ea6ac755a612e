"""Student's t against its printed tables and closed forms."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest

from streamwer.metrics import student


@pytest.mark.parametrize(
    ("freedom", "value"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (9, 2.2622), (30, 2.0423), (39, 2.0227)],
)
def test_the_quantiles_are_those_of_the_tables(freedom: int, value: float) -> None:
    assert student.quantile(0.975, freedom) == pytest.approx(value, abs=5e-5)
    assert student.cdf(-value, freedom) == pytest.approx(0.025, abs=1e-5)


def test_one_degree_of_freedom_is_cauchy_and_two_have_a_closed_form() -> None:
    for value in (-3.0, -0.5, 0.0, 1.0, 40.0):
        assert student.cdf(value, 1) == pytest.approx(0.5 + math.atan(value) / math.pi)
        closed = 0.5 + value / (2 * math.sqrt(2 + value**2))
        assert student.cdf(value, 2) == pytest.approx(closed)


def test_many_degrees_of_freedom_are_normal() -> None:
    assert student.cdf(1.5, 5001) == pytest.approx(NormalDist().cdf(1.5), abs=1e-4)
    assert student.cdf(1.5, 5000) == pytest.approx(NormalDist().cdf(1.5), abs=1e-4)


def test_nothing_lies_beyond_infinity() -> None:
    assert (student.cdf(math.inf, 4), student.cdf(-math.inf, 4)) == (1, 0)
