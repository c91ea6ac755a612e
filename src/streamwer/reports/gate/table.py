"""The verdicts as tables, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from streamwer.analysis.gate import text
from streamwer.analysis.gate.verdict import NOT_JUDGED, ExitStatus, Verdict

_STYLES = {
    "regressed": "bold red",
    "missing": "bold red",
    "improved": "green",
    "held": "",
    "information": "dim",
}


def print_verdicts(verdicts: Sequence[Verdict], console: Console, *, played: str = "") -> None:
    """Print every verdict; experiments, which are not judged, are one line together.

    Args:
        verdicts: one per system.
        console: to print on.
        played: what recordings the gate played; if given, a system that passes is one line.
    """
    experiments = [each for each in verdicts if NOT_JUDGED in each.notes]
    for verdict in verdicts:
        if played and verdict.status == ExitStatus.PASS:
            line, *_ = (*text.summarise_verdict(verdict), "")
            console.print(_to_line(f"gate: {text.format_headline(verdict)} on {played}: {line}"))
        elif verdict not in experiments:
            console.print(render(verdict))
    if experiments:
        names = ", ".join(each.system for each in experiments)
        keys = {why.partition(":")[0]: None for each in experiments for why in each.reasons}
        console.print(_to_line(f"gate: {names}: {NOT_JUDGED} ({'; '.join(keys)})"))


def render(verdict: Verdict) -> RenderableType:
    """Lay out one verdict: its headline, its figures, and what regressed."""
    good = verdict.status == ExitStatus.PASS
    parts: list[RenderableType] = [
        _to_line(text.format_headline(verdict), style="bold green" if good else "bold red"),
        *(_to_line(line) for line in text.summarise_verdict(verdict)),
    ]
    if verdict.findings:
        parts.append(_build_table(verdict))
    if verdict.worst and not good:
        parts += [Text("most regressed recordings:"), *_list_worst(verdict)]
    return Group(*parts)


def _build_table(verdict: Verdict) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("", "baseline", "candidate", "change", ""):
        table.add_column(name, justify="left" if not name else "right")
    for finding in verdict.findings:
        table.add_row(
            *text.list_cells(finding),
            f"{finding.status}: {escape(finding.why)}",
            style=_STYLES[finding.status],
        )
    return table


def _list_worst(verdict: Verdict) -> list[Text]:
    lines = []
    for regressed in verdict.worst:
        lines.append(_to_line(f"  {regressed.recording}: {text.format_error_counts(regressed)}"))
        lines += [_to_line(f"    {line}") for line in text.format_diffs(regressed)]
    return lines


def _to_line(words: str, style: str = "") -> Text:
    """Make one line without control characters, which a transcript may hold."""
    return Text("".join(sign if sign.isprintable() else " " for sign in words), style=style)
