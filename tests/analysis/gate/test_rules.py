"""A rule fails when every one of its limits is exceeded, and only then."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from streamwer.analysis.gate.rules import hold
from streamwer.analysis.gate.run_group import Side
from streamwer.analysis.gate.verdict import Change
from streamwer.config.experiment import RuleConfig
from tests.analysis.gate import calls, folders

LIMITS = RuleConfig(worse="higher", absolute=0.1, relative=0.5, interval=True)


class Fixed:
    """A measure that says what a test wants."""

    label, unit, figure = "made up", "s", "latency"

    def __init__(self, change: Change) -> None:
        self.fixed = change

    def value(self, side: Side) -> float:
        return self.fixed.candidate

    def change(self, baseline: Side, candidate: Side, confidence: float) -> Change:
        return self.fixed


def status(change: Change, rule: RuleConfig, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("streamwer.analysis.gate.rules.MEASURES", {"made_up": Fixed(change)})
    side = Side((folders.scores(),))
    return hold("made_up", rule, side, side, calls.CONFIDENCE, informs=False).status


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change(0.2, 0.4, 0.1, 0.3), "regressed"),
        (Change(0.2, 0.29, 0.05, 0.1), "held"),  # within the absolute floor
        (Change(2.0, 2.9, 0.5, 1.0), "held"),  # within the relative floor
        (Change(0.2, 0.4, -0.1, 0.3), "held"),  # the interval holds 0
        (Change(0.2, 0.4, 0.0, 0.3), "held"),
        (Change(0.4, 0.1, -0.4, -0.2), "improved"),
        (Change(0.2, 0.4), "regressed"),  # no interval: the floors alone decide
        (Change(0.0, 0.2, 0.1, 0.3), "regressed"),  # anything is more than a share of nothing
        (Change(0.2, math.inf, math.inf, math.inf), "regressed"),
        (Change(math.inf, math.inf, 0.0, 0.0), "held"),
        (Change(math.inf, 0.2, -math.inf, -math.inf), "improved"),
        (Change(0.2, math.nan), "missing"),
        (Change(math.nan, 0.2), "missing"),
        (Change(math.nan, math.nan), "missing"),
    ],
)
def test_every_limit_has_to_be_exceeded(
    change: Change, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert status(change, LIMITS, monkeypatch) == expected


def test_a_rule_may_do_without_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = replace(LIMITS, interval=False)
    assert status(Change(0.2, 0.4, -0.1, 0.3), rule, monkeypatch) == "regressed"


def test_a_rule_may_be_about_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = replace(LIMITS, worse="lower")
    assert status(Change(0.4, 0.1, -0.4, -0.2), rule, monkeypatch) == "regressed"
    assert status(Change(0.2, 0.4, 0.1, 0.3), rule, monkeypatch) == "improved"


def test_a_difference_of_exactly_the_floor_is_within_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0.3 - 0.2 != 0.1  # in floating point
    assert status(Change(0.2, 0.2 + 0.1, 0.05, 0.2), LIMITS, monkeypatch) == "held"
