"""Comparison of scored runs, as far as their signatures are comparable.

A rerun confirms a regression: chance seldom fails the same rule twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from streamwer.analysis.gate.judgement import ComparisonLimits, judge
from streamwer.analysis.gate.verdict import ExitStatus, Finding, Verdict
from streamwer.config.gate import GateConfig
from streamwer.metrics.store import SignedScores
from streamwer.provenance.signature import Signature, find_incomparable_fields, find_subject_changes
from streamwer.text.normalise import get_normaliser

_MACHINE = ("hardware", "workers", "threads")


def compare_runs(
    system: str,
    baseline: Sequence[SignedScores],
    candidate: Sequence[SignedScores],
    gate: GateConfig,
    confidence: float,
) -> Verdict:
    """Judge runs by their scores and signatures.

    Args:
        system: its name.
        baseline: one entry per run.
        candidate: likewise.
        gate: the rules.
        confidence: with which the intervals of all rules hold at once.

    Raises:
        ConfigError: a rule makes no sense.
    """
    if not baseline or not candidate:
        which = "baseline" if not baseline else "candidate"
        return Verdict(system, gate.name, (f"there is no result of {system} in the {which}",))
    first = baseline[0].signature
    limits = [find_limits(run.signature, first) for run in (*candidate, *baseline[1:])]
    together = ComparisonLimits(
        _drop_repeats(each.wer for each in limits),
        _drop_repeats(each.latency for each in limits),
        _drop_repeats(each.notes for each in limits),
    )
    name = first.method.normaliser.partition("@")[0]
    return judge(
        system,
        [run.scores for run in baseline],
        [run.scores for run in candidate],
        gate,
        confidence,
        get_normaliser(name),
        together,
    )


def find_limits(candidate: Signature, baseline: Signature) -> ComparisonLimits:
    """Return why two runs are not comparable; another machine limits only their latencies."""
    machine = {name: getattr(baseline.method, name) for name in _MACHINE}
    same_machine = replace(candidate, method=replace(candidate.method, **machine))
    everything = find_incomparable_fields(same_machine, baseline, "latency")
    only_machine = tuple(
        reason
        for reason in find_incomparable_fields(candidate, baseline, "latency")
        if reason not in everything
    )
    notes = tuple(f"changed: {change}" for change in find_subject_changes(candidate, baseline))
    return ComparisonLimits(everything, only_machine, notes)


def _drop_repeats(found: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Each entry once, in order."""
    return tuple(dict.fromkeys(entry for entries in found for entry in entries))


def confirm_by_rerun(judge_round: Callable[[int], Verdict]) -> Verdict:
    """Return the verdict of the first round, or of two where the first found a regression.

    `judge_round` runs baseline and candidate anew, in turns; it is given 1 or 2.
    """
    first = judge_round(1)
    if first.status != ExitStatus.REGRESSION:
        return first
    second = judge_round(2)
    if second.status in (ExitStatus.NOT_COMPARABLE, ExitStatus.FAILURES):
        return second
    findings = tuple(_merge_findings(first, second))
    confirmed = sum(finding.fails for finding in findings)
    found = sum(finding.fails for finding in first.findings)
    note = f"a second round confirmed {confirmed} of {found} regressions"
    return replace(first, findings=findings, notes=(*first.notes, note))


def _merge_findings(first: Verdict, second: Verdict) -> Iterator[Finding]:
    again = {finding.metric: finding for finding in second.findings}
    for finding in first.findings:
        if finding.fails and not again[finding.metric].fails:
            why = f"not confirmed: {again[finding.metric].why} in the second round"
            yield replace(finding, status="held", why=why)
        else:
            yield finding
