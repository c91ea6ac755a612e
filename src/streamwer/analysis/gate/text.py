"""Text of the gate: figures, changes and word diffs, as each of its outputs prints them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from streamwer.analysis import formatting
from streamwer.analysis.gate.verdict import ExitStatus, Finding, RegressedRecording, Verdict
from streamwer.metrics.stats.intervals import choose_decimals
from streamwer.metrics.word_diff import WordRun

_CONTEXT = 2
"""Correct words that a diff shows on either side of an error."""
_LISTED = 3
_HEADLINES = {
    ExitStatus.PASS: "pass",
    ExitStatus.REGRESSION: "regression",
    ExitStatus.NOT_COMPARABLE: "not comparable",
    ExitStatus.FAILURES: "too many failures",
}


def list_first(names: Sequence[str]) -> str:
    """Return the first few names, joined; `gate.json` has all of them."""
    return ", ".join([*names[:_LISTED], *(["…"] if len(names) > _LISTED else [])])


def format_headline(verdict: Verdict) -> str:
    """Return the verdict in one line."""
    return f"{verdict.system}: {_HEADLINES[verdict.status]}"


def summarise_verdict(verdict: Verdict) -> list[str]:
    """Return the lines above the figures: why nothing was judged, failures, changed recordings."""
    lines = [f"not comparable: {reason}" for reason in verdict.reasons]
    if verdict.too_many_failures:
        names = ", ".join(f"{name} ({why})" for name, why in list(verdict.failed.items())[:3])
        lines.append(f"{len(verdict.failed)} of {verdict.recordings} recordings failed: {names}")
    if verdict.findings and verdict.tier == "deterministic":
        count, total = len(verdict.changed), verdict.recordings
        lines.append(
            f"{count} of {total} recordings have other words or moments than in the baseline:"
            f" {list_first(verdict.changed)}"
            if count
            else f"all {total} recordings are as in the baseline, in every word and moment"
        )
    return [*lines, *verdict.notes]


def format_figure(value: float, unit: str) -> str:
    """Return a figure with its unit: "%", "s" or "" for none."""
    if math.isinf(value):
        return formatting.NEVER
    if unit == "%":
        return formatting.NO_BREAK.join([formatting.format_number(100 * value, 2), "%"])
    return (
        formatting.format_seconds(value, 3) if unit == "s" else formatting.format_number(value, 4)
    )


def format_change(finding: Finding) -> str:
    """Return the difference with its sign, and its interval where there is one."""
    delta, unit = finding.change, finding.unit
    if math.isnan(delta.difference):
        return formatting.UNKNOWN
    value = _format_signed(delta.difference, unit)
    if math.isnan(delta.low) or not (delta.difference or delta.low or delta.high):
        return value
    scale, digits = _get_unit_scale(unit)
    more = choose_decimals((scale * delta.low, scale * delta.high), (0.0,), digits) - digits
    low, high = (_format_signed(end, unit, more) for end in (delta.low, delta.high))
    return f"{value} ({low} to {high})"


def list_cells(finding: Finding) -> tuple[str, ...]:
    """Return a row of the table of figures, without what the finding is."""
    figures = (finding.change.baseline, finding.change.candidate)
    shown = (format_figure(value, finding.unit) for value in figures)
    return finding.label, *shown, format_change(finding)


def format_signed_figure(value: float, unit: str) -> str:
    """Return a change with its sign and unit, as `+0.50 points of`."""
    if not math.isfinite(value):
        return _format_signed(value, unit)
    suffix = {"%": "points of", "s": "s of"}.get(unit, "")
    return formatting.NO_BREAK.join(filter(None, [_format_signed(value, unit), suffix]))


def format_error_counts(regressed: RegressedRecording) -> str:
    """Return by how much a recording became worse: errors, median latency, failure."""
    old, new = regressed.baseline.errors, regressed.candidate.errors
    more = formatting.format_number(new - old, 0, sign=True)
    parts = [f"{more} errors ({old} → {new} of {regressed.candidate.words} words)"]
    if not math.isnan(regressed.later):
        parts.append(f"median word {_format_signed(regressed.later, 's')} s")
    if regressed.failure:
        parts.append(f"failed: {regressed.failure}")
    return ", ".join(parts)


def format_diffs(regressed: RegressedRecording) -> list[str]:
    """Return the errors before and now; nothing where they are the same."""
    was, now = (
        format_word_errors(regressed.baseline_diff),
        format_word_errors(regressed.candidate_diff),
    )
    return [] if was == now else [f"was: {was}", f"now: {now}"]


def format_word_errors(runs: Sequence[WordRun]) -> str:
    """Return the wrong words with some correct ones around: `[-said-] {+heard+}`."""
    return " ".join(_format_word_runs(runs)) or "no errors"


def _format_word_runs(runs: Sequence[WordRun]) -> Iterator[str]:
    for at, run in enumerate(runs):
        if run.kind != "hit":
            yield from (f"[-{run.reference}-]",) if run.reference else ()
            yield from (f"{{+{run.hypothesis}+}}",) if run.hypothesis else ()
            continue
        words = run.reference.split()
        before = words[: _CONTEXT if at else 0]
        after = words[-_CONTEXT:] if at < len(runs) - 1 else []
        whole = at and at < len(runs) - 1 and len(words) <= 2 * _CONTEXT
        parts = [words] if whole else [before, ["…"], after]
        if len(runs) > 1:
            yield " ".join(word for part in parts for word in part)


def _format_signed(value: float, unit: str, more: int = 0) -> str:
    if math.isinf(value):
        return formatting.NEVER if value > 0 else f"not {formatting.NEVER}"
    scale, digits = _get_unit_scale(unit)
    return formatting.format_number(scale * value, digits + more, sign=True)


def _get_unit_scale(unit: str) -> tuple[int, int]:
    """Factor and decimals with which a unit is printed."""
    return {"%": (100, 2), "s": (1, 3)}.get(unit, (1, 4))
