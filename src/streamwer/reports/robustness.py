"""Systems against conditions: what a telephone, a room or a network does to each of them."""

from __future__ import annotations

from typing import NamedTuple

from streamwer.analysis import formatting
from streamwer.metrics.robustness import UnderCondition
from streamwer.reports.comparison import Comparison


class Cell(NamedTuple):
    """What a condition made of one system; `heat` is its WER in percent."""

    wer: str
    wer_range: str
    change: str
    shown: bool
    late: str
    late_range: str
    heat: float


class Row(NamedTuple):
    """A condition, on how many recordings, and a cell per system that has it."""

    name: str
    recordings: int
    cells: list[Cell | None]


def rows(comparison: Comparison) -> list[Row]:
    """One row per condition; none where all recordings were played as they are."""
    tables = [
        {each.condition: each for each in system.summary.conditions}
        for system in comparison.systems
    ]
    made = dict.fromkeys(name for table in tables for name in table)
    names = sorted(made, key=lambda name: _place(name, list(comparison.conditions)))
    timed = comparison.timed
    return [_row(name, [table.get(name) for table in tables], timed) for name in names]


def _place(name: str, order: list[str]) -> int:
    """That of the config; those that it does not name keep theirs, after them."""
    return order.index(name) if name in order else len(order)


def _row(name: str, found: list[UnderCondition | None], timed: bool) -> Row:
    recordings = max(each.recordings for each in found if each)
    return Row(name, recordings, [_cell(each, timed) if each else None for each in found])


def signed(change: float) -> str:
    """Points with a sign even if it is none: a number without one stands for a rate here."""
    told = formatting.points(change)
    return told if told[0] in "+−" else f"±{told}"


def _cell(each: UnderCondition, timed: bool) -> Cell:
    change = each.change
    return Cell(
        wer=formatting.percent(each.wer.value, unit=False),
        wer_range=formatting.percent_range(each.wer, unit=False),
        change=signed(change.value) if change else "",
        shown=change is not None and change.shown,
        late=formatting.seconds(each.p50.value, unit=False) if timed else formatting.UNKNOWN,
        late_range=formatting.seconds_range(each.p50, unit=False),
        heat=round(100 * each.wer.value, 1),
    )
