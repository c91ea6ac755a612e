"""Statistical power of the gate: its false alarms, and the smallest regression it can find."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import NormalDist

from streamwer.analysis.gate import text
from streamwer.analysis.gate.run_group import RunGroup
from streamwer.analysis.gate.verdict import Finding
from streamwer.config.gate import GateConfig, RuleConfig
from streamwer.metrics.error_rate import sum_errors, sum_reference_units
from streamwer.metrics.stats.distributions import student_quantile
from streamwer.metrics.stats.intervals import Floats, count_effective_blocks
from streamwer.metrics.tables import name_block_unit

_POWER = 0.8
_STEPS = 50


def describe_power(
    baseline: RunGroup, gate: GateConfig, findings: Sequence[Finding], confidence: float
) -> Iterator[str]:
    """Yield notes on the rate of false alarms, the detectable rise, and what a pass leaves open.

    Args:
        baseline: the runs that the candidate is compared with.
        gate: the rules.
        findings: of each rule.
        confidence: of the interval of each rule.
    """
    tested = {name: rule for name, rule in gate.rules.items() if rule.interval}
    if not tested:
        return
    share = (1 - confidence) * len(tested)
    yield (
        f"false alarms: no more than {100 * share:.0f} % of changes that change nothing, all"
        f" {len(tested)} rules with an interval together"
    )
    if "wer" in tested:
        yield from _describe_detectable_rise(baseline, tested["wer"], confidence)
    undecided = [
        f"{text.format_signed_figure(_get_worst(finding, tested[finding.metric]), finding.unit)}"
        f" {finding.label}"
        for finding in findings
        if finding.metric in tested and finding.status in ("held", "improved")
    ]
    if undecided:
        yield f"a pass does not exclude {', '.join(undecided)}"


def _get_worst(finding: Finding, rule: RuleConfig) -> float:
    """The end of the interval in the direction that the rule calls worse."""
    return finding.change.high if rule.regression == "higher" else finding.change.low


def _describe_detectable_rise(
    baseline: RunGroup, rule: RuleConfig, confidence: float
) -> Iterator[str]:
    """Note the rise in WER that is found in 80 % of runs, if words err independently."""
    rows = baseline.recordings
    words, wrong = float(sum_reference_units(rows).sum()), float(sum_errors(rows).sum())
    sizes = baseline.sum_by_speaker(sum_reference_units(rows).to_numpy(float))
    if len(sizes) < 2 or not words:
        return
    words, wrong = words / len(baseline.runs), wrong / len(baseline.runs)
    rise = detectable_rise(wrong / words, words, sizes, rule, confidence)
    yield (
        f"with {len(sizes)} {name_block_unit(rows)}s and {words:,.0f} words at"
        f" {text.format_figure(wrong / words, '%')} WER, a rise of {100 * rise:.1f} points is found"
        " in 80 % of runs if words err independently; four times the calls find half of it"
    )


def detectable_rise(
    rate: float, words: float, sizes: Floats, rule: RuleConfig, confidence: float
) -> float:
    """Return the least rise in WER that a rule finds in 80 % of runs.

    Args:
        rate: the baseline's WER, as a fraction.
        words: that it is of.
        sizes: words of each speaker, shape (speakers,).
        rule: the floors.
        confidence: of its interval.
    """
    reach = student_quantile((1 + confidence) / 2, max(1.0, count_effective_blocks(sizes) - 1))
    floor = max(rule.absolute, rule.relative * rate)
    rise = floor
    for _ in range(_STEPS):  # errors of both sides vary, the more the more there are
        error = math.sqrt((2 * rate + rise) / words)
        rise = max(reach * error, floor) + NormalDist().inv_cdf(_POWER) * error
    return rise
