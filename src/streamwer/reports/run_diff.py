"""The difference between two runs in words and as a table."""

from __future__ import annotations

import math

from streamwer.analysis.formatting import (
    NO_BREAK,
    TOO_FEW,
    format_number,
    format_percent,
    format_points,
    format_points_range,
    format_seconds,
)
from streamwer.metrics.differences import Difference
from streamwer.metrics.stats.intervals import choose_decimals
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.reports import wording
from streamwer.reports.changes import RunDiff, SystemChange
from streamwer.reports.table import TableCell, TableRow
from streamwer.reports.wording import Sentence

_ARROW = f"{NO_BREAK}→{NO_BREAK}"
CLOCK_NOTE = (
    "Each run measured its latencies at its own time: intervals are over speakers and do not"
    " include how busy the machine was. Run both in turns to include it (docs/gate.md)."
)
_LATENCIES = {
    "Commit p50": ("commit_latency", "p50"),
    "Commit p95": ("commit_latency", "p95"),
    "First shown p50": ("shown_latency", "p50"),
}
"""Label → metric and percentile."""


def build_rows(diff: RunDiff | None) -> list[TableRow]:
    """Build one row per figure, with one cell per system."""
    if diff is None:
        return []
    return [
        TableRow("WER", [_fill_wer(change) for change in diff.changes]),
        *(
            TableRow(label, [_fill_latency(change, *chosen) for change in diff.changes])
            for label, chosen in _LATENCIES.items()
        ),
    ]


def describe_changes(diff: RunDiff) -> list[Sentence]:
    """Say in words what changed, system by system."""
    return [
        *(Sentence(change.system, _describe(change)) for change in diff.changes),
        *(Sentence(name, " is not compared.") for name in diff.unmatched),
    ]


def list_warnings(diff: RunDiff) -> list[Sentence]:
    """Say which systems are not comparable, and why."""
    sentences = []
    for change in diff.changes:
        reasons, scope = change.reasons["wer"], "in anything"
        if not reasons:
            reasons, scope = change.reasons["latency"], "in latency"
        if reasons:
            text = f" is not comparable {scope}: {'; '.join(reasons)}."
            sentences.append(Sentence(change.system, text))
    return sentences


def _describe(change: SystemChange) -> str:
    if change.wer is None:
        return " is not comparable."
    about = f" ({'; '.join(change.differences)})" if change.differences else ""
    errors = _describe_errors(change.wer, change.noun)
    return (
        f": {errors}; {_describe_latency(_find_latency(change, *_LATENCIES['Commit p50']))}{about}."
    )


def _describe_errors(delta: Difference, noun: str) -> str:
    if not delta.is_known:
        return f"too few {noun}s to say whether WER changed"
    level = f"{100 * delta.confidence:g}{NO_BREAK}%"
    return wording.describe_difference(delta, "", level, noun)


def _describe_latency(late: Quantile | None) -> str:
    if late is None or late.value is None or late.low is None or late.high is None:
        return "no word latency to compare"
    size = f"{_format_change(late.value)} (interval {_format_range(late.low, late.high)})"
    if late.excludes_zero:
        return f"half of the words are final {_name_direction(late)} by {size}"
    return f"whether the median latency changed is not decided, {size}"


def _fill_wer(change: SystemChange) -> TableCell:
    values = _ARROW.join(format_percent(run.wer.value) for run in (change.old, change.new))
    delta = change.wer
    if delta is None:
        return TableCell(values, difference="not comparable")
    size = format_points(delta.value)
    if delta.is_known:
        size = f"{size} ({format_points_range(delta)})"
    return TableCell(values, difference=size, remark=delta.finding, significant=delta.excludes_zero)


def _find_latency(change: SystemChange, metric: str, percentile: str) -> Quantile | None:
    return change.latency.get(metric, {}).get(percentile)


def _fill_latency(change: SystemChange, metric: str, percentile: str) -> TableCell:
    values = _ARROW.join(
        format_seconds(run.latencies[metric][percentile].value) for run in (change.old, change.new)
    )
    late = _find_latency(change, metric, percentile)
    if late is None:
        return TableCell(values, difference="not comparable")
    if late.value is None or late.low is None or late.high is None:
        return TableCell(values, difference=TOO_FEW)
    size = f"{_format_change(late.value)} ({_format_range(late.low, late.high)})"
    remark = _name_direction(late) if late.excludes_zero else ""
    return TableCell(values, difference=size, remark=remark)


def _name_direction(late: Quantile) -> str:
    return "later" if (late.value or 0) > 0 else "sooner"


def _format_range(low: float, high: float) -> str:
    digits = choose_decimals((low, high), (0.0,), 2)
    return f"{_format_change(low, digits)} to {_format_change(high, digits)}"


def _format_change(value: float, digits: int = 2) -> str:
    if math.isinf(value):
        return "never" if value > 0 else "no longer never"
    return f"{format_number(value, digits, sign=True)}{NO_BREAK}s"
