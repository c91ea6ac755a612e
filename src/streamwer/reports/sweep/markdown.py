"""The short report of a sweep for a pull request, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from streamwer.analysis.formatting import format_figures, format_seconds
from streamwer.analysis.sweeps.point import MEASURES, SweepPoint
from streamwer.reports.markdown import escape
from streamwer.reports.sweep.findings import Findings, describe_findings


def render(findings: Findings) -> str:
    """Render the Markdown text."""
    parts = [
        f"## Sweep {escape(findings.sweep.name)}",
        "\n".join(map(escape, describe_findings(findings))),
    ]
    parts += ["### Best within a latency budget", _render_best(findings)]
    parts += ["### Points", _render_table(name_point_columns(findings), list_points(findings))]
    if findings.sweep.failures:
        failures = [f"- {escape(p.name)}: {escape(p.failure)}" for p in findings.sweep.failures]
        parts += ["### Failed", "\n".join(failures)]
    commands = "\n".join(point.command for point in findings.front)
    if commands:
        parts += ["### To reproduce the front", f"```console\n{commands}\n```"]
    return "\n\n".join(parts) + "\n"


def _render_best(findings: Findings) -> str:
    lines, name = [], MEASURES[findings.sweep.measure]
    for choice in findings.choices:
        best = choice.best
        shown = ("none", "", "", "") if best is None else _list_cells(findings, best)
        alike = str(len(choice.not_worse)) if choice.rivals else "–"
        lines.append((format_seconds(choice.budget, 1), *shown, alike))
    head = (f"{name} at most", "point", "settings", "WER", "latency", "alike")
    return _render_table(head, lines)


def name_point_columns(findings: Findings) -> tuple[str, ...]:
    """Name the columns of `list_points`."""
    return ("point", "settings", "WER", MEASURES[findings.sweep.measure], "on the front")


def list_points(findings: Findings) -> list[tuple[str, ...]]:
    """List the cells of every point, the fastest point first."""
    order = sorted(
        findings.sweep.points, key=lambda p: (not p.is_finite, p.delay if p.is_finite else 0.0)
    )
    front = {point.name for point in findings.front}
    return [(*_list_cells(findings, p), "yes" if p.name in front else "") for p in order]


def _list_cells(findings: Findings, point: SweepPoint) -> tuple[str, str, str, str]:
    if point.failure:
        return point.name, findings.make_label(point), "failed", "failed"
    return point.name, findings.make_label(point), *format_figures(point.wer, point.late)


def _render_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = "|".join("---" for _ in head)
    rows = ["| " + " | ".join(map(escape, line)) + " |" for line in (head, *lines)]
    return "\n".join([rows[0], f"|{rule}|", *rows[1:]])
