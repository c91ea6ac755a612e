"""The same figures on parts of the data, as a table: one row per slice, two columns per system."""

from __future__ import annotations

from typing import NamedTuple

from streamwer.metrics import Slice
from streamwer.metrics.slices import Kind
from streamwer.reports import figures
from streamwer.reports.comparison import Comparison

_TITLES: dict[Kind, str] = {
    "condition": "By condition",
    "length": "By length of the call",
    "position": "By position in the call",
    "speaker": "By speaker, those with most errors first",
}
_MOST = 60
"""Slices of one kind; a data set may have thousands of speakers."""


class Cell(NamedTuple):
    """What one system made of a slice; `heat` is its WER in percent, for the shade behind it."""

    wer: str
    late: str
    heat: float


class Row(NamedTuple):
    """A slice; no cell where a system has no word in it."""

    name: str
    recordings: int
    cells: list[Cell]


class Group(NamedTuple):
    """The slices of one kind, and how many were left out."""

    title: str
    rows: list[Row]
    left_out: int


def groups(comparison: Comparison) -> list[Group]:
    """Those kinds that say more than the whole: of two slices or more."""
    tables = [
        {(each.kind, each.name): each for each in system.summary.slices}
        for system in comparison.systems
    ]
    found = []
    for kind, title in _TITLES.items():
        names = dict.fromkeys(n for table in tables for k, n in table if k == kind)
        rows = [_row(name, [table.get((kind, name)) for table in tables]) for name in names]
        if kind == "speaker":
            rows.sort(key=lambda row: -sum(cell.heat for cell in row.cells))
        if len(rows) > 1:
            found.append(Group(title, rows[:_MOST], max(0, len(rows) - _MOST)))
    return found


def _row(name: str, slices: list[Slice | None]) -> Row:
    recordings = max(each.recordings for each in slices if each)
    return Row(name, recordings, [_cell(each) for each in slices])


def _cell(each: Slice | None) -> Cell:
    rate = each.errors.rate if each else None
    if each is None or rate is None:
        return Cell(figures.UNKNOWN, figures.UNKNOWN, 0.0)
    late = figures.seconds(each.p50.value, unit=False) if each.p50.value is not None else "–"
    return Cell(figures.percent(rate.value, unit=False), late, round(100 * rate.value, 1))
