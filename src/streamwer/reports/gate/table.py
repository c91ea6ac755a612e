"""The verdicts for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from streamwer.analysis.gate import text
from streamwer.analysis.gate.verdict import Exit, Verdict

_STYLES = {
    "regressed": "bold red",
    "missing": "bold red",
    "improved": "green",
    "held": "",
    "information": "dim",
}


def show(verdicts: Sequence[Verdict], console: Console) -> None:
    """Print every verdict."""
    for verdict in verdicts:
        console.print(render(verdict))


def render(verdict: Verdict) -> RenderableType:
    """One verdict: its headline, its figures, and what became worse."""
    good = verdict.status == Exit.PASS
    parts: list[RenderableType] = [
        _plain(text.headline(verdict), style="bold green" if good else "bold red"),
        *(_plain(line) for line in text.summary(verdict)),
    ]
    if verdict.findings:
        parts.append(_figures(verdict))
    if verdict.worst and not good:
        parts += [Text("most regressed recordings:"), *_worst(verdict)]
    return Group(*parts)


def _figures(verdict: Verdict) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("", "baseline", "candidate", "change", ""):
        table.add_column(name, justify="left" if not name else "right")
    for finding in verdict.findings:
        table.add_row(
            finding.label,
            text.figure(finding.change.baseline, finding.unit),
            text.figure(finding.change.candidate, finding.unit),
            text.change(finding),
            f"{finding.status}: {escape(finding.why)}",
            style=_STYLES[finding.status],
        )
    return table


def _worst(verdict: Verdict) -> list[Text]:
    lines = []
    for each in verdict.worst:
        lines.append(_plain(f"  {each.recording}: {text.counts(each)}"))
        lines += [_plain(f"    {line}") for line in text.diffs(each)]
    return lines


def _plain(words: str, style: str = "") -> Text:
    """One line without control characters: a transcript may hold them, or a workflow command."""
    return Text("".join(sign if sign.isprintable() else " " for sign in words), style=style)
