"""A rule fails when every one of its limits is exceeded, and only then."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streamwer.analysis.gate.rules import apply_rule, check_gate, read_gate
from streamwer.analysis.gate.run_group import RunGroup
from streamwer.analysis.gate.text import format_change
from streamwer.analysis.gate.verdict import MetricChange
from streamwer.config.gate import RuleConfig
from tests.analysis.gate import calls, folders

LIMITS = RuleConfig(regression="higher", absolute=0.1, relative=0.5, interval=True)


class Fixed:
    """A measure that says what a test wants."""

    label, unit, figure = "made up", "s", "latency"

    def __init__(self, change: MetricChange) -> None:
        self.fixed = change

    def compute(self, group: RunGroup) -> float:
        return self.fixed.candidate

    def compare(self, baseline: RunGroup, candidate: RunGroup, confidence: float) -> MetricChange:
        return self.fixed


def status(change: MetricChange, rule: RuleConfig, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("streamwer.analysis.gate.rules.MEASURES", {"made_up": Fixed(change)})
    side = RunGroup((folders.scores(),))
    return apply_rule("made_up", rule, side, side, calls.CONFIDENCE, informs=False).status


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (MetricChange(0.2, 0.4, 0.1, 0.3), "regressed"),
        (MetricChange(0.2, 0.29, 0.05, 0.1), "held"),  # within the absolute floor
        (MetricChange(2.0, 2.9, 0.5, 1.0), "held"),  # within the relative floor
        (MetricChange(0.2, 0.4, -0.1, 0.3), "held"),  # the interval holds 0
        (MetricChange(0.2, 0.4, 0.0, 0.3), "held"),
        (MetricChange(0.4, 0.1, -0.4, -0.2), "improved"),
        (MetricChange(0.2, 0.4), "regressed"),  # no interval: the floors alone decide
        (MetricChange(0.0, 0.2, 0.1, 0.3), "regressed"),  # anything is more than a share of nothing
        (MetricChange(0.2, math.inf, math.inf, math.inf), "regressed"),
        (MetricChange(math.inf, math.inf, 0.0, 0.0), "held"),
        (MetricChange(math.inf, 0.2, -math.inf, -math.inf), "improved"),
        (MetricChange(0.2, math.nan), "missing"),
        (MetricChange(math.nan, 0.2), "missing"),
        (MetricChange(math.nan, math.nan), "missing"),
    ],
)
def test_every_limit_has_to_be_exceeded(
    change: MetricChange, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert status(change, LIMITS, monkeypatch) == expected


def test_a_rule_may_do_without_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = replace(LIMITS, interval=False)
    assert status(MetricChange(0.2, 0.4, -0.1, 0.3), rule, monkeypatch) == "regressed"


def test_a_rule_may_be_about_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = replace(LIMITS, regression="lower")
    assert status(MetricChange(0.4, 0.1, -0.4, -0.2), rule, monkeypatch) == "regressed"
    assert status(MetricChange(0.2, 0.4, 0.1, 0.3), rule, monkeypatch) == "improved"


def test_a_difference_of_exactly_the_floor_is_within_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0.3 - 0.2 != 0.1  # in floating point
    assert status(MetricChange(0.2, 0.2 + 0.1, 0.05, 0.2), LIMITS, monkeypatch) == "held"


@pytest.mark.parametrize(
    "file", sorted(Path("conf/gate").glob("*.yaml")), ids=lambda file: file.stem
)
def test_every_file_of_rules_makes_sense(file: Path) -> None:
    check_gate(read_gate(file.stem))


_ENDS = st.floats(-3, 3, allow_nan=False).filter(lambda end: end == 0 or abs(end) > 1e-9)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(ends=st.tuples(_ENDS, _ENDS, _ENDS).map(sorted), unit=st.sampled_from(["%", "s", ""]))
def test_no_printed_status_contradicts_the_interval_beside_it(
    ends: list[float], unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    low, difference, high = ends
    monkeypatch.setattr(Fixed, "unit", unit)
    monkeypatch.setattr(
        "streamwer.analysis.gate.rules.MEASURES",
        {"made_up": Fixed(MetricChange(5.0, 5.0 + difference, low, high))},
    )
    side = RunGroup((folders.scores(),))
    finding = apply_rule("made_up", LIMITS, side, side, calls.CONFIDENCE, informs=False)
    printed = format_change(finding).replace("\u2212", "-").replace("\u00a0", " ")
    numbers = [float(each) for each in re.findall(r"[+-]?\d+(?:\.\d+)?", printed)]
    if len(numbers) == 1:  # no change at all
        return
    _, from_, to = numbers
    if finding.status == "regressed":
        assert 0 < from_ <= to
    if finding.status == "improved":
        assert from_ <= to < 0
    if finding.why == "its interval holds 0":
        assert from_ <= 0 <= to
