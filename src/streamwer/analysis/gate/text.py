"""Verdicts in words: figures, changes and diffs, as every output of the gate prints them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from streamwer.analysis import formatting
from streamwer.analysis.gate.verdict import Exit, Finding, Regressed, Verdict
from streamwer.metrics.stats.intervals import choose_decimals
from streamwer.metrics.word_diff import WordRun

_CONTEXT = 2
"""Right words that a diff shows on either side of a wrong one."""
_LISTED = 3
_HEADLINES = {
    Exit.PASS: "pass",
    Exit.REGRESSION: "regression",
    Exit.NOT_COMPARABLE: "not comparable",
    Exit.FAILURES: "too many failures",
}


def listed(names: Sequence[str]) -> str:
    """The first few; `gate.json` has all of them."""
    return ", ".join([*names[:_LISTED], *(["…"] if len(names) > _LISTED else [])])


def headline(verdict: Verdict) -> str:
    """The verdict in one line."""
    return f"{verdict.system}: {_HEADLINES[verdict.status]}"


def summary(verdict: Verdict) -> list[str]:
    """What stands above the figures: why nothing was judged, or how much is not as it was."""
    lines = [f"not comparable: {reason}" for reason in verdict.reasons]
    if verdict.too_many_failures:
        names = ", ".join(f"{name} ({why})" for name, why in list(verdict.failed.items())[:3])
        lines.append(f"{len(verdict.failed)} of {verdict.recordings} recordings failed: {names}")
    if verdict.findings and verdict.tier == "deterministic":
        count, total = len(verdict.changed), verdict.recordings
        lines.append(
            f"{count} of {total} recordings have other words or moments than in the baseline:"
            f" {listed(verdict.changed)}"
            if count
            else f"all {total} recordings are as in the baseline, in every word and moment"
        )
    return [*lines, *verdict.notes]


def figure(value: float, unit: str) -> str:
    """A figure with its unit."""
    if math.isinf(value):
        return formatting.NEVER
    if unit == "%":
        return formatting.NO_BREAK.join([formatting.number(100 * value, 2), "%"])
    return formatting.seconds(value, 3) if unit == "s" else formatting.number(value, 4)


def change(finding: Finding) -> str:
    """The difference, and its interval where there is one."""
    found, unit = finding.change, finding.unit
    if math.isnan(found.difference):
        return formatting.UNKNOWN
    value = _signed(found.difference, unit)
    if math.isnan(found.low) or not (found.difference or found.low or found.high):
        return value
    scale, digits = _scale(unit)
    more = choose_decimals((scale * found.low, scale * found.high), (0.0,), digits) - digits
    return f"{value} ({_signed(found.low, unit, more)} to {_signed(found.high, unit, more)})"


def signed_figure(value: float, unit: str) -> str:
    """A change with its sign and its unit."""
    if not math.isfinite(value):
        return _signed(value, unit)
    named = {"%": "points of", "s": "s of"}.get(unit, "")
    return formatting.NO_BREAK.join(filter(None, [_signed(value, unit), named]))


def counts(regressed: Regressed) -> str:
    """By how much a recording became worse."""
    old, new = regressed.baseline.errors, regressed.candidate.errors
    more = formatting.number(new - old, 0, sign=True)
    parts = [f"{more} errors ({old} → {new} of {regressed.candidate.words} words)"]
    if not math.isnan(regressed.later):
        parts.append(f"median word {_signed(regressed.later, 's')} s")
    if regressed.failure:
        parts.append(f"failed: {regressed.failure}")
    return ", ".join(parts)


def diffs(regressed: Regressed) -> list[str]:
    """What was wrong and what is wrong now; nothing where the words are the same."""
    was, now = wrong(regressed.baseline_diff), wrong(regressed.candidate_diff)
    return [] if was == now else [f"was: {was}", f"now: {now}"]


def wrong(runs: Sequence[WordRun]) -> str:
    """The words that are wrong, with some right ones around: [-said-] {+heard+}."""
    return " ".join(_shown(runs)) or "no errors"


def _shown(runs: Sequence[WordRun]) -> Iterator[str]:
    for at, run in enumerate(runs):
        if run.kind != "hit":
            yield from (f"[-{run.said}-]",) if run.said else ()
            yield from (f"{{+{run.heard}+}}",) if run.heard else ()
            continue
        words = run.said.split()
        before = words[: _CONTEXT if at else 0]
        after = words[-_CONTEXT:] if at < len(runs) - 1 else []
        whole = at and at < len(runs) - 1 and len(words) <= 2 * _CONTEXT
        parts = [words] if whole else [before, ["…"], after]
        if len(runs) > 1:
            yield " ".join(word for part in parts for word in part)


def _signed(value: float, unit: str, more: int = 0) -> str:
    if math.isinf(value):
        return formatting.NEVER if value > 0 else f"not {formatting.NEVER}"
    scale, digits = _scale(unit)
    return formatting.number(scale * value, digits + more, sign=True)


def _scale(unit: str) -> tuple[int, int]:
    """What a figure is multiplied by, and its decimals."""
    return {"%": (100, 2), "s": (1, 3)}.get(unit, (1, 4))
