"""What the gate says of its own error rates is what simulated changes show."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from streamwer.analysis.gate.power import detectable_rise
from streamwer.config.gate import RuleConfig
from streamwer.metrics.stats import ratios
from streamwer.metrics.stats.intervals import adjust_confidence
from tests.analysis.gate import calls
from tools.simulate_gate import Change, measure_failures

RULE = RuleConfig(regression="higher", absolute=0.005, relative=0.05)
EACH = adjust_confidence(0.95, 12)
CALLS, WORDS, WER = 36, 41, 0.03


def simulate_power(rise: float, runs: int, seed: int = 1) -> float:
    """Share of changes that the rule finds, of calls whose words err independently."""
    rng = np.random.default_rng(seed)
    words = np.full(CALLS, float(WORDS))
    failing = 0
    for _ in range(runs):
        base, mine = (rng.binomial(WORDS, rate, CALLS).astype(float) for rate in (WER, WER + rise))
        change = ratios.compare_rates(mine, base, words, EACH)
        floor = max(RULE.absolute, RULE.relative * base.sum() / words.sum())
        failing += change.value > floor and change.low > 0
    return failing / runs


def test_the_rise_that_is_said_to_be_found_is_found_in_80_percent_of_runs() -> None:
    words = np.full(CALLS, float(WORDS))
    rise = detectable_rise(WER, words.sum(), words, RULE, EACH)
    assert simulate_power(rise, 400) == pytest.approx(0.8, abs=0.08)


def test_a_change_that_changes_nothing_fails_no_more_often_than_a_rule_may() -> None:
    assert simulate_power(0.0, 600) <= (1 - EACH) + 3 * math.sqrt((1 - EACH) / 600)


def test_every_verdict_says_how_often_it_is_wrong_and_what_it_leaves_open() -> None:
    verdict = calls.verdict([calls.scores(calls.steps())], [calls.scores(calls.steps())])
    said = " ".join(verdict.notes).replace("\u00a0", " ")
    assert "false alarms: no more than 5 % of changes that change nothing, all 12 rules" in said
    assert "is found in 80 % of runs if words err independently" in said
    assert "a pass does not exclude +" in said
    assert "points of WER" in said


def test_more_rules_make_no_more_false_alarms_but_longer_intervals() -> None:
    run = [calls.scores(calls.steps())]
    few = replace(calls.gate("deterministic"), rules={"wer": RULE})
    alone = calls.judge("x", run, run, few, calls.CONFIDENCE, calls.WORDS).findings[0].change
    among = calls.verdict(run, run).findings[0].change
    assert among.high > alone.high > 0


@pytest.mark.slow
def test_all_rules_together_fail_few_changes_that_change_nothing_and_most_that_are_late() -> None:
    """Without the adjustment for all rules 13 % fail: a recording's last words vary most."""
    runs, rules = 60, calls.gate("deterministic")
    nothing = measure_failures(rules, Change(), 12, 30, runs)
    assert nothing["any rule"] <= 0.05 + 2 * math.sqrt(0.05 / runs)
    late = measure_failures(rules, Change(later=0.2), 12, 30, 10)
    assert late["commit_p50"] >= 0.9
    assert late["wer"] <= 0.2
