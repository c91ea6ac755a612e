"""Confirm a regression by a rerun: chance seldom fails the same rule twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from streamwer.analysis.gate.verdict import ExitStatus, Finding, Verdict


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
