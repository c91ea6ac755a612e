"""The headline figures as a table for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from streamwer.analysis.formatting import (
    format_number,
    format_rate,
    format_seconds,
)
from streamwer.metrics.summary import Summary
from streamwer.reports.comparison import Comparison

_WIDTH = 120
"""Where the output is no terminal and so has no width."""
_HEAD = ("system", "WER (interval)", "commit p50", "commit p95", "shown p50", "erasure", "RTF")


def print_comparison(comparison: Comparison) -> None:
    """Print the headline figures of every system."""
    print_table(_HEAD, (_list_cells(system.summary) for system in comparison.systems))


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> None:
    """Print a table.

    Args:
        head: the names of its columns.
        rows: the cells of each row.
        texts: how many of the first columns are texts; the others are figures.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for at, name in enumerate(head):
        table.add_column(name, justify="left" if at < texts else "right")
    for row in rows:
        table.add_row(*map(Text, row))
    terminal = Console()
    (terminal if terminal.is_terminal else Console(width=_WIDTH)).print(table)


def _list_cells(summary: Summary) -> tuple[str, ...]:
    commit, shown = summary.commit_latency, summary.latencies["shown_latency"]
    late = (commit["p50"], commit["p95"], shown["p50"])
    return (
        summary.name,
        format_rate(summary.wer),
        *(format_seconds(each.value) for each in late),
        format_number(summary.figures["erasure"].value, 2),
        format_number(summary.cost.rtf, 2),
    )
