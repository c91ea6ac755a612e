"""The same figures on parts of the data, as a table: one row per slice, two columns per system."""

from __future__ import annotations

from typing import NamedTuple

from streamwer.analysis import formatting
from streamwer.metrics.slices import Kind, Slice
from streamwer.reports.comparison import Comparison

_TITLES: dict[Kind, str] = {
    "language": "By language",
    "condition": "By condition",
    "length": "By length of the call",
    "position": "By position in the call",
    "speaker": "By speaker, those with most errors first",
}
_MOST = 60
"""Slices of one kind; a data set may have thousands of speakers."""


WER, CER = "WER", "CER"


class Cell(NamedTuple):
    """What one system made of a slice; `heat` is its rate in percent, for the shade behind it."""

    rate: str
    late: str
    heat: float


class Row(NamedTuple):
    """A slice; no cell where a system has no word in it. `rate` says which rate is given."""

    name: str
    recordings: int
    cells: list[Cell]
    rate: str = WER


class Group(NamedTuple):
    """The slices of one kind, and how many were left out."""

    title: str
    rows: list[Row]
    left_out: int

    @property
    def mixed(self) -> bool:
        """Whether some of its rows give another rate than others, so that each must say which."""
        return any(row.rate != WER for row in self.rows)


def by_language(comparison: Comparison) -> list[Group]:
    """The table by language alone, where there are several."""
    return [group for group in groups(comparison) if group.title == _TITLES["language"]]


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
    by_character = any(each.unspaced for each in slices if each)
    cells = [_cell(each, by_character) for each in slices]
    return Row(name, recordings, cells, CER if by_character else WER)


def _cell(each: Slice | None, by_character: bool) -> Cell:
    counted = (each.characters if by_character else each.errors) if each else None
    rate = counted.rate if counted else None
    if each is None or rate is None:
        return Cell(formatting.UNKNOWN, formatting.UNKNOWN, 0.0)
    late = formatting.seconds(each.p50.value, unit=False) if each.p50.value is not None else "–"
    return Cell(formatting.percent(rate.value, unit=False), late, round(100 * rate.value, 1))
