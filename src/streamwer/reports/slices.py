"""The tables of figures on parts of the data: one row per slice."""

from __future__ import annotations

from streamwer.analysis.formatting import UNKNOWN, format_percent, format_seconds
from streamwer.metrics.slices import Kind, Slice
from streamwer.reports.comparison import Comparison
from streamwer.reports.table import CER, WER, TableCell, TableGroup, TableRow

_TITLES: dict[Kind, str] = {
    "language": "By language",
    "condition": "By condition",
    "length": "By length of the call",
    "position": "By position in the call",
    "speaker": "By speaker, those with most errors first",
}
_MAX_ROWS = 60
"""Rows in a table; a data set may have thousands of speakers."""


def build_language_table(comparison: Comparison) -> list[TableGroup]:
    """Build the table by language; none for a single language."""
    return [group for group in build_slice_tables(comparison) if group.title == _TITLES["language"]]


def build_slice_tables(comparison: Comparison) -> list[TableGroup]:
    """Build one table for each kind of slice that has at least two."""
    tables = [
        {(figures.kind, figures.name): figures for figures in system.summary.slices}
        for system in comparison.systems
    ]
    groups = []
    for kind, title in _TITLES.items():
        names = dict.fromkeys(n for table in tables for k, n in table if k == kind)
        rows = [_build_row(name, [table.get((kind, name)) for table in tables]) for name in names]
        if kind == "speaker":
            rows.sort(key=lambda row: -sum(cell.heat for cell in row.cells if cell))
        if len(rows) > 1:
            groups.append(TableGroup(title, rows[:_MAX_ROWS], max(0, len(rows) - _MAX_ROWS)))
    return groups


def _build_row(name: str, slices: list[Slice | None]) -> TableRow:
    recordings = max(figures.recordings for figures in slices if figures)
    by_character = any(figures.unspaced for figures in slices if figures)
    cells = [_build_cell(figures, by_character) for figures in slices]
    return TableRow(name, cells, recordings=recordings, rate=CER if by_character else WER)


def _build_cell(figures: Slice | None, by_character: bool) -> TableCell:
    errors = (figures.characters if by_character else figures.errors) if figures else None
    rate = errors.rate if errors else None
    if figures is None or rate is None:
        return TableCell(UNKNOWN, latency=UNKNOWN)
    p50 = figures.p50.value
    latency = UNKNOWN if p50 is None else format_seconds(p50, unit=False)
    return TableCell(
        format_percent(rate.value, unit=False),
        latency=latency,
        heat=round(100 * rate.value, 1),
    )
