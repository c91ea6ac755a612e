"""Measured facts about the machine: numbers only, so that nothing identifies it."""

from __future__ import annotations

import math

from streamwer.analysis.formatting import UNKNOWN, format_number
from streamwer.metrics.summary import Summary
from streamwer.provenance import contention
from streamwer.reports.comparison import Comparison
from streamwer.reports.table import TableCell, TableRow

_MEASURING_CLOCKS = ("measured", "wall")
_LABELS = {
    "load_seconds": "Model load, s",
    "warm_up_seconds": "Warm-up, s",
    "peak_memory_mb": "Peak memory, MB",
    "workers": "Workers",
    contention.SHARE: "Waited for a core, share of the time",
}
_HIDDEN = ("load_average_start", "load_average_end")
"""In costs.json only: the share waited says what a reader must know of them."""


def measures_compute(comparison: Comparison) -> bool:
    """Tell whether latencies include measured compute, so that another run gives others."""
    return comparison.clock in _MEASURING_CLOCKS


def parse_facts(summary: Summary) -> dict[str, float]:
    """Return the facts that are finite numbers; an event log stores all of them as text."""
    numbers = {key: _parse(str(value)) for key, value in summary.machine.items()}
    return {key: value for key, value in numbers.items() if math.isfinite(value)}


def build_machine_rows(comparison: Comparison) -> list[TableRow]:
    """Build one row for each fact that any system has."""
    facts = [parse_facts(system.summary) for system in comparison.systems]
    keys = dict.fromkeys(key for values in facts for key in sorted(values) if key not in _HIDDEN)
    return [
        TableRow(
            _LABELS.get(key, key.replace("_", " ")),
            [TableCell(_format_value(values.get(key))) for values in facts],
        )
        for key in keys
    ]


def _parse(text: str) -> float:
    try:
        return int(text) if text.isdigit() else float(text)
    except ValueError:
        return math.nan


def _format_value(value: float | None) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:,}" if isinstance(value, int) else format_number(value, 2)
