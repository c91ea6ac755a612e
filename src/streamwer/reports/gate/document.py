"""The verdicts as JSON, for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from streamwer._util.rounding import round_number
from streamwer.analysis.gate import text
from streamwer.analysis.gate.verdict import Finding, RegressedRecording, Verdict, combine_statuses

SCHEMA = 1
_DIGITS = 9


def render(verdicts: Sequence[Verdict]) -> str:
    """Render the whole document; the same verdicts give the same bytes."""
    status = combine_statuses(verdicts)
    content = {
        "schema": SCHEMA,
        "exit": int(status),
        "verdict": status.name.lower(),
        "systems": {verdict.system: _describe_verdict(verdict) for verdict in verdicts},
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _describe_verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.status.name.lower(),
        "tier": verdict.tier,
        "not_comparable_because": list(verdict.reasons),
        "notes": list(verdict.notes),
        "recordings": verdict.recordings,
        "changed": list(verdict.changed),
        "failed": verdict.failed,
        "rules": {finding.metric: _describe_finding(finding) for finding in verdict.findings},
        "worst": [_describe_recording(recording) for recording in verdict.worst],
    }


def _describe_finding(finding: Finding) -> dict[str, Any]:
    change = finding.change
    return {
        "status": finding.status,
        "why": finding.why,
        "baseline": round_number(change.baseline, _DIGITS),
        "candidate": round_number(change.candidate, _DIGITS),
        "difference": round_number(change.difference, _DIGITS),
        "low": round_number(change.low, _DIGITS),
        "high": round_number(change.high, _DIGITS),
        "noise": round_number(finding.noise, _DIGITS),
    }


def _describe_recording(recording: RegressedRecording) -> dict[str, Any]:
    return {
        "recording": recording.recording,
        "errors": [recording.baseline.errors, recording.candidate.errors],
        "words": recording.candidate.words,
        "later": round_number(recording.later, _DIGITS),
        "was": text.format_word_errors(recording.baseline_diff),
        "now": text.format_word_errors(recording.candidate_diff),
        "failure": recording.failure,
    }
