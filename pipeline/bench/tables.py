"""The findings as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.bench.comparison import Choice, Versus
from pipeline.bench.document import Findings
from pipeline.bench.figures import Latency, Row
from pipeline.bench.ratios import Ratio
from pipeline.bench.shapes import NEW_TOKENS, PADDINGS_S, PROMPT_TOKENS, Cell
from pipeline.bench.targets import Target

_UNKNOWN = "–"
_WIDTH = 120
"""Where the output is no terminal and so has no width."""


def show(findings: Findings) -> None:
    """Print every table of what was measured."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    for part in _parts(findings):
        console.print(part)


def _parts(findings: Findings) -> Iterator[RenderableType]:
    if findings.rows:
        yield _systems(findings)
    if findings.engines or findings.choice:
        yield _compared(findings.engines or {}, findings.choice)
    for shape in dict.fromkeys(cell.shape for cell in findings.cells):
        yield _shape(shape, [cell for cell in findings.cells if cell.shape == shape])
    if findings.framework:
        yield _framework(findings.framework.by_policy)
    if findings.targets:
        yield _targets(findings.targets)
        yield from (Text(f"{t.figure}: {t.note}") for t in findings.targets if t.note)
    if findings.choice:
        chosen = findings.choice
        why = "lowest latency of those that keep compute and WER"
        text = why if chosen.keeps_limits else "none keeps both compute and WER: the nearest"
        yield Text(f"Best policy: {chosen.best.policy} at {chosen.best.chunk_s:g} s ({text}).")
    if not findings.complete:
        yield Text("A quick look: not all calls, or not all parts.", style="bold yellow")


def _systems(findings: Findings) -> Table:
    table = _table(
        f"{findings.calls} calls, {len(findings.shared)} of them played in all"
        f" {findings.repeats} repeats; compute per second of audio, commit latency in seconds",
        "system",
        "compute",
        "low – high",
        "WER",
        "unaware p50",
        "p95",
        "measured p50",
        "p95",
    )
    for row in findings.rows:
        table.add_row(*_system(row))
    return table


def _system(row: Row) -> Iterator[str]:
    yield row.name
    yield f"{row.compute.median:.4f}"
    yield f"{row.compute.low:.4f}–{row.compute.high:.4f}"
    yield f"{row.wer:.1%}"
    for latency in (row.unaware, row.measured):
        yield from _latency(latency)


def _compared(engines: Mapping[float, Versus], choice: Choice | None) -> Table:
    """Both comparisons at every chunk; the targets are held at one."""
    table = _table("Compared", "system", "over", "compute", "low – high", "WER points", "p50")
    for versus in engines.values():
        table.add_row(*_versus(versus), "")
    for candidate in choice.at_chunks.values() if choice else ():
        p50 = candidate.p50_ratio
        late = _UNKNOWN if p50 is None else f"{p50:.2f} × local_agreement"
        table.add_row(*_versus(candidate.over_offline), late)
    return table


def _versus(found: Versus) -> tuple[str, ...]:
    compute = found.compute
    return (
        found.name,
        found.other,
        f"{compute.median:.3f}",
        f"{compute.low:.3f}–{compute.high:.3f}",
        f"{100 * found.wer_excess:+.2f}",
    )


def _shape(shape: str, cells: Sequence[Cell]) -> Table:
    table = _table(
        f"whisper-{shape} with random weights (cost only): ms to encode + to decode"
        f" {NEW_TOKENS} tokens after {PROMPT_TOKENS} + to align them",
        "window",
        *(f"+{padding} s" if padding < 30 else "to 30 s" for padding in PADDINGS_S),
    )
    for window in dict.fromkeys(cell.window_s for cell in cells):
        row = [cell for cell in cells if cell.window_s == window]
        table.add_row(f"{window} s", *map(_cell, row))
    return table


def _cell(cell: Cell) -> str:
    encode, decode, align = (
        1000 * s for s in (cell.cost.encode, cell.cost.decode, cell.cost.align)
    )
    return f"{encode:.0f} + {decode:.0f} + {align:.0f}"


def _framework(by_policy: dict[str, Ratio]) -> Table:
    table = _table(
        "The framework's own time over the recogniser's", "policy", "share", "low – high"
    )
    for policy, share in by_policy.items():
        table.add_row(policy, f"{share.median:.2%}", f"{share.low:.2%}–{share.high:.2%}")
    return table


def _targets(targets: Sequence[Target]) -> Table:
    table = _table("Targets", "figure", "value", "at most", "")
    for target in targets:
        reached = Text("reached", "green") if target.reached else Text("not reached", "bold red")
        value = _UNKNOWN if target.value is None else f"{target.value:.3f}"
        table.add_row(target.figure, value, f"{target.limit:g}", reached)
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    table.add_column(first, no_wrap=True)
    for other in others:
        table.add_column(other, justify="right")
    return table


def _latency(latency: Latency) -> Iterator[str]:
    for value in (latency.p50, latency.p95):
        yield _UNKNOWN if value is None else f"{value:.2f}"
