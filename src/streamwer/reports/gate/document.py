"""The verdicts as JSON, for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from streamwer._util.rounding import number
from streamwer.analysis.gate import text
from streamwer.analysis.gate.verdict import Finding, Regressed, Verdict, exit_status

SCHEMA = 1
_DIGITS = 9


def render(verdicts: Sequence[Verdict]) -> str:
    """The whole document: the same verdicts give the same bytes."""
    status = exit_status(verdicts)
    content = {
        "schema": SCHEMA,
        "exit": int(status),
        "verdict": status.name.lower(),
        "systems": {verdict.system: _verdict(verdict) for verdict in verdicts},
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.status.name.lower(),
        "tier": verdict.tier,
        "not_comparable_because": list(verdict.reasons),
        "notes": list(verdict.notes),
        "recordings": verdict.recordings,
        "changed": list(verdict.changed),
        "failed": verdict.failed,
        "rules": {finding.metric: _finding(finding) for finding in verdict.findings},
        "worst": [_regressed(each) for each in verdict.worst],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    change = finding.change
    return {
        "status": finding.status,
        "why": finding.why,
        "baseline": number(change.baseline, _DIGITS),
        "candidate": number(change.candidate, _DIGITS),
        "difference": number(change.difference, _DIGITS),
        "low": number(change.low, _DIGITS),
        "high": number(change.high, _DIGITS),
        "noise": number(finding.noise, _DIGITS),
    }


def _regressed(each: Regressed) -> dict[str, Any]:
    return {
        "recording": each.recording,
        "errors": [each.baseline.errors, each.candidate.errors],
        "words": each.candidate.words,
        "later": number(each.later, _DIGITS),
        "was": text.wrong(each.baseline_diff),
        "now": text.wrong(each.candidate_diff),
        "failure": each.failure,
    }
