"""What was fitted, and how well, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from lab.calibration.checking import Line
from lab.calibration.measuring import Sample
from streamwer.config import hardware
from streamwer.config.hardware import CallCosts

_WIDTH = 120


def show_fit(costs: Mapping[str, CallCosts], unseen: Mapping[str, Sequence[Sample]]) -> None:
    """Print the fit error of each kind of call, on windows that the fit did not see."""
    columns = "calls", "windows", "mean call, ms", "error: median", "95 %", "in total"
    title = "Predicted against measured time of calls that the fit did not see"
    table = _make_table(title, *columns)
    for name, fitted in costs.items():
        decoded = [sample for sample in unseen[name] if sample.effort.encodings]
        mean = np.mean([sample.compute.total for sample in decoded]) * 1e3
        errors = (
            f"{fitted.error_median:.1%}",
            f"{fitted.error_p95:.1%}",
            f"{fitted.error_total:+.1%}",
        )
        table.add_row(name, str(len(decoded)), f"{mean:.1f}", *errors)
    _print(table)


def show_stages(costs: CallCosts, unseen: Sequence[Sample], title: str) -> None:
    """Print the time of each stage on those windows, predicted and measured."""
    table = _make_table(title, "stage", "measured, ms", "predicted, ms", "error in total")
    for stage in hardware.STAGES:
        measured = sum(getattr(sample.compute, stage) for sample in unseen) * 1e3
        predicted = (
            sum(hardware.predict_stage_us(costs, sample.effort, stage) for sample in unseen) / 1e3
        )
        error = f"{predicted / measured - 1:+.1%}" if measured else "–"
        table.add_row(stage, f"{measured:.1f}", f"{predicted:.1f}", error)
    _print(table)


def show_check(lines: Sequence[Line]) -> None:
    """Print each system's figures under either clock, and how far they are apart."""
    columns = "system", "clock", "compute, s", "commit latency p50, s", "p95, s"
    table = _make_table("The same calls with either clock, here and now", *columns)
    for measured, predicted in list(pairwise(lines))[::2]:
        for line in (measured, predicted):
            figures = f"{line.compute:.2f}", f"{line.p50:.3f}", f"{line.p95:.3f}"
            table.add_row(line.system, line.clock, *figures)
        apart = (
            f"{predicted.compute / measured.compute - 1:+.1%}",
            f"{predicted.p50 / measured.p50 - 1:+.1%}",
            f"{predicted.p95 / measured.p95 - 1:+.1%}",
        )
        table.add_row("", "difference", *apart, end_section=True)
    _print(table)


def _make_table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _print(table: Table) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    console.print(table)
