"""The model that all tables of figures by system share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

WER, CER = "WER", "CER"


class TableCell(NamedTuple):
    """What one system has in one row, as text; an empty string is not shown.

    Attributes:
        text: the figure.
        interval: its interval, in the same unit.
        difference: to what the table compares with.
        remark: what the interval shows.
        significant: whether the interval of the difference excludes 0, so that it stands out.
        latency: the median commit latency, in seconds.
        latency_interval: the interval of `latency`.
        heat: the error rate in percent, for the shade behind it.
    """

    text: str
    interval: str = ""
    difference: str = ""
    remark: str = ""
    significant: bool = False
    latency: str = ""
    latency_interval: str = ""
    heat: float = 0.0


class TableRow(NamedTuple):
    """One figure, slice or condition, with a cell per system; None where a system has nothing.

    Attributes:
        cells: in the order of the systems.
        hint: the figure in a few words.
        recordings: how many recordings the row is of.
    """

    label: str
    cells: Sequence[TableCell | None]
    hint: str = ""
    recordings: int = 0
    rate: str = WER


class TableGroup(NamedTuple):
    """Rows under one title; `left_out` counts the rows that are not shown."""

    title: str
    rows: list[TableRow]
    left_out: int = 0

    @property
    def mixed(self) -> bool:
        """Tell whether rows give different rates, so that each must name its own."""
        return any(row.rate != WER for row in self.rows)
