"""What a run measured about the machine: numbers only, because nothing may tell whose it is."""

from __future__ import annotations

import math

from streamwer.analysis import formatting
from streamwer.metrics.summary import Summary
from streamwer.provenance import contention
from streamwer.reports.comparison import Comparison

_MEASURING_CLOCKS = ("measured", "wall")
_LABELS = {
    "load_seconds": "model load, s",
    "warm_up_seconds": "warm-up, s",
    "peak_memory_mb": "peak memory, MB",
    "workers": "workers",
    contention.SHARE: "waited for a core, share of the time",
}
_ASIDE = ("load_average_start", "load_average_end")
"""In costs.json only: what a reader has to know of them is the share waited."""


def is_timed(comparison: Comparison) -> bool:
    """Whether the clock let measured time in; otherwise another run gives the same to the bit."""
    return comparison.clock in _MEASURING_CLOCKS


def numbers(summary: Summary) -> dict[str, float]:
    """The facts that are finite numbers; an event log stores all of them as text."""
    found = {key: _number(str(value)) for key, value in summary.machine.items()}
    return {key: value for key, value in found.items() if math.isfinite(value)}


def table(comparison: Comparison) -> list[tuple[str, dict[str, str]]]:
    """Label → text by system, for each fact that any system has."""
    facts = {system.summary.name: numbers(system.summary) for system in comparison.systems}
    told = (key for values in facts.values() for key in sorted(values))
    keys = dict.fromkeys(key for key in told if key not in _ASIDE)
    return [
        (
            _LABELS.get(key, key.replace("_", " ")),
            {name: _text(values.get(key)) for name, values in facts.items()},
        )
        for key in keys
    ]


def _number(text: str) -> float:
    try:
        return int(text) if text.isdigit() else float(text)
    except ValueError:
        return math.nan


def _text(value: float | None) -> str:
    if value is None:
        return formatting.UNKNOWN
    return f"{value:,}" if isinstance(value, int) else formatting.number(value, 2)
