"""The table of systems by condition: how telephone audio, a room or a network changes figures."""

from __future__ import annotations

from streamwer.analysis.formatting import (
    UNKNOWN,
    format_percent,
    format_percent_range,
    format_points,
    format_seconds,
    format_seconds_range,
)
from streamwer.metrics.robustness import ConditionSummary
from streamwer.reports.comparison import Comparison
from streamwer.reports.table import TableCell, TableRow


def build_robustness_rows(comparison: Comparison) -> list[TableRow]:
    """Build one row per condition; none where all recordings were played as they are."""
    tables = [
        {figures.condition: figures for figures in system.summary.conditions}
        for system in comparison.systems
    ]
    ranks = {name: rank for rank, name in enumerate(comparison.conditions)}
    names = dict.fromkeys(name for table in tables for name in table)
    ordered = sorted(names, key=lambda name: ranks.get(name, len(ranks)))
    timed = comparison.has_word_times
    return [_build_row(name, [table.get(name) for table in tables], timed) for name in ordered]


def _build_row(name: str, by_system: list[ConditionSummary | None], timed: bool) -> TableRow:
    cells = [_build_cell(figures, timed) if figures else None for figures in by_system]
    recordings = max(figures.recordings for figures in by_system if figures)
    return TableRow(name, cells, recordings=recordings)


def format_signed(change: float) -> str:
    """Format percentage points with a sign even for 0, since a rate stands beside them."""
    text = format_points(change)
    return text if text[0] in "+−" else f"±{text}"


def _build_cell(figures: ConditionSummary, timed: bool) -> TableCell:
    change, p50 = figures.change, figures.p50
    return TableCell(
        text=format_percent(figures.wer.value, unit=False),
        interval=format_percent_range(figures.wer, unit=False),
        difference=format_signed(change.value) if change else "",
        significant=change is not None and change.excludes_zero,
        latency=format_seconds(p50.value, unit=False) if timed else UNKNOWN,
        latency_interval=format_seconds_range(p50, unit=False),
        heat=round(100 * figures.wer.value, 1),
    )
