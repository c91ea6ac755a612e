"""The table of all figures: one row per figure, one column per system, in groups."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import zip_longest

from streamwer.analysis.formatting import (
    NO_BREAK,
    TOO_FEW,
    UNKNOWN,
    format_count,
    format_number,
    format_percent,
    format_percent_range,
    format_points,
    format_points_range,
    format_seconds,
    format_seconds_range,
)
from streamwer.metrics.registry import LatencyMetric, Metric, SimulstMetric, list_metrics
from streamwer.metrics.summary import Summary
from streamwer.reports import capacities
from streamwer.reports.comparison import Comparison
from streamwer.reports.machine import build_machine_rows
from streamwer.reports.table import TableCell, TableGroup, TableRow

_COST = "Cost"


def build_figure_groups(comparison: Comparison, *, measured: bool = True) -> list[TableGroup]:
    """Build the whole table; `measured=False` leaves out what another run would not repeat."""
    sections: dict[str, list[TableRow]] = {}
    for metric in list_metrics():
        if metric.shown.section and (measured or not metric.measured):
            sections.setdefault(metric.shown.section, []).extend(_build_rows(metric, comparison))
    cost = sections.pop(_COST, []) + (build_machine_rows(comparison) if measured else [])
    groups = [
        *(TableGroup(title, rows) for title, rows in sections.items()),
        *_build_capacities(comparison),
        TableGroup(_COST, cost),
    ]
    filled = (TableGroup(each.title, list(filter(_has_figures, each.rows))) for each in groups)
    return [group for group in filled if group.rows]


def _has_figures(row: TableRow) -> bool:
    """Tell whether any system has a figure in the row."""
    return not row.cells or any(cell and cell.text not in (UNKNOWN, TOO_FEW) for cell in row.cells)


def _build_rows(metric: Metric, comparison: Comparison) -> Iterator[TableRow]:
    """Yield the rows of a metric: one, or one for each percentile of a latency."""
    summaries = [system.summary for system in comparison.systems]
    label, hint = metric.shown.label, metric.shown.hint
    if isinstance(metric, LatencyMetric):
        hints = (hint, *metric.shown.more_hints)
        for q, text in zip_longest(metric.shown.percentiles, hints, fillvalue=""):
            cells = [_fill_latency(metric, f"p{q}", summary) for summary in summaries]
            yield TableRow(f"{label} p{q}", cells, str(text))
    elif isinstance(metric, SimulstMetric):
        yield TableRow(label, [_fill_delay(metric, summary) for summary in summaries], hint)
    else:
        yield TableRow(label, [_fill_ratio(metric, summary) for summary in summaries], hint)
    if metric.name == "wer" and (baseline := comparison.baseline):
        cells = [_fill_delta_wer(baseline, summary) for summary in summaries]
        yield TableRow(f"ΔWER to {baseline}", cells, "in percentage points")


def _build_capacities(comparison: Comparison) -> Iterator[TableGroup]:
    """Give how many calls at once a worker serves, at each service level that was studied."""
    names = [system.summary.name for system in comparison.systems]
    rows = []
    for section in capacities.build_sections(comparison):
        shown = {entry.name: entry for entry in section.entries}
        if section.name == section.slo.name and shown:
            label = f"Calls at p95 ≤ {section.slo.p95_commit_s:g}{NO_BREAK}s"
            hint = f"level “{section.name}”, clock {section.clock}"
            rows.append(TableRow(label, [_fill_capacity(shown.get(name)) for name in names], hint))
    if rows:
        yield TableGroup("Simultaneous calls that one worker serves", rows)


def _fill_capacity(entry: capacities.CapacityEntry | None) -> TableCell:
    if entry is None:
        return TableCell(UNKNOWN)
    return TableCell(f"{entry.carried.capacity.value:,}", entry.interval)


def _fill_delta_wer(baseline: str, summary: Summary) -> TableCell:
    delta = summary.delta_wer
    if delta is None:
        reason = "baseline" if summary.name == baseline else "not comparable"
        return TableCell(UNKNOWN, reason)
    interval = format_points_range(delta) if delta.is_known else ""
    text = format_points(delta.value)
    return TableCell(text, interval, remark=delta.finding, significant=delta.excludes_zero)


def _fill_ratio(metric: Metric, summary: Summary) -> TableCell:
    text = _format_ratio(metric, summary)
    if metric.name == "wer":
        return TableCell(text, format_percent_range(summary.wer, unit=False))
    if metric.shown.sized and text != UNKNOWN:
        return TableCell(text, f"of {format_number(summary.figures[metric.name].denominator, 0)}")
    variants = (each for each in list_metrics() if each.variant_of == metric.name)
    return TableCell(
        text, ", ".join(f"{_format_ratio(each, summary)} {each.shown.label}" for each in variants)
    )


def _format_ratio(metric: Metric, summary: Summary) -> str:
    ratio, form = summary.figures[metric.name], metric.shown.form
    if form == "count":
        return f"{ratio.numerator:.0f} of {ratio.denominator:.0f}"
    return (
        format_percent(ratio.value)
        if form.endswith("%")
        else format_number(ratio.value, int(form[1]))
    )


def _fill_latency(metric: LatencyMetric, percentile: str, summary: Summary) -> TableCell:
    # Where no word has a time, or the system says nothing of the kind, more of them would not help.
    if math.isnan(summary.figures[metric.needs or "coverage"].value):
        return TableCell(UNKNOWN)
    quantile = summary.latencies[metric.name][percentile]
    variants = (each for each in list_metrics() if each.variant_of == metric.name)
    raw = (
        f"{format_seconds(summary.latencies[each.name][percentile].value)} {each.shown.label}"
        for each in variants
    )
    interval = format_seconds_range(quantile, unit=False)
    return TableCell(format_seconds(quantile.value), interval, remark=", ".join(raw))


def _fill_delay(metric: Metric, summary: Summary) -> TableCell:
    delay = summary.simulst_latency[metric.name]
    if math.isnan(delay.ideal):
        return TableCell(UNKNOWN)
    silent = summary.simulst_latency.silent_recordings
    remark = f"{format_count(silent, 'silent recording')} left out" if silent else ""
    aware = f"{format_seconds(delay.aware)} with it"
    return TableCell(format_seconds(delay.ideal), aware, remark=remark)
