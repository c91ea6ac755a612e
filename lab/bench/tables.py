"""The findings as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from lab.bench.comparison import AT_MOST, Comparison
from lab.bench.document import Findings
from streamwer.metrics.word_errors import get_plain_rate

_UNKNOWN = "–"
_WIDTH = 140
"""Where the output is no terminal and so has no width."""


def show(findings: Findings) -> None:
    """Print the tables of every model."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    for name, comparison in findings.models.items():
        for part in _list_parts(name, comparison):
            console.print(part)
    if not findings.complete:
        console.print(Text("A quick look: not all recordings.", style="bold yellow"))


def _list_parts(name: str, comparison: Comparison) -> Iterator[RenderableType]:
    yield _compare_systems(name, comparison)
    yield _hold_to_limits(f"{name}: {comparison.best}, the best policy", comparison)
    yield from (Text(each.reason) for each in comparison.figures if not each.is_reached)


def _compare_systems(name: str, comparison: Comparison) -> Table:
    sets = list(next(iter(comparison.systems.values())).outcomes)
    columns = ("WER %", *sets, "p50 s", "p95 s", "compute", "in pauses", "lost last words")
    table = _build_table(f"{name}: compute per second of audio", "system", *columns)
    for system, figures in comparison.systems.items():
        rates = [get_plain_rate(each.errors) for each in figures.outcomes.values()]
        table.add_row(
            system,
            *(f"{100 * rate:.1f}" for rate in (figures.wer, *rates)),
            *(_format(figures.find_latency(share)) for share in (0.5, 0.95)),
            f"{figures.recogniser_s / figures.seconds:.3f}",
            str(len(figures.in_pauses)),
            str(len(comparison.list_lost_words(system))),
        )
    return table


def _hold_to_limits(title: str, comparison: Comparison) -> Table:
    table = _build_table(title, "figure", "value", "at most", "")
    for each in comparison.figures:
        reached = Text("reached", "green") if each.is_reached else Text("missed", "bold red")
        table.add_row(each.name, _format(each.value), f"{AT_MOST[each.name]:g}", reached)
    return table


def _build_table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    table.add_column(first, no_wrap=True)
    for other in others:
        table.add_column(other, justify="right")
    return table


def _format(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.2f}"
