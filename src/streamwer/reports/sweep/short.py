"""The sweep for a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from streamwer.analysis import formatting
from streamwer.analysis.sweeps.point import Point
from streamwer.reports.markdown import plain
from streamwer.reports.sweep.findings import Findings, sentences


def render(found: Findings) -> str:
    """The Markdown text."""
    parts = [f"## Sweep {plain(found.sweep.name)}", "\n".join(map(plain, sentences(found)))]
    parts += ["### Best within a latency budget", _best(found)]
    parts += ["### Points", _points(found)]
    if found.sweep.failures:
        failures = [f"- {plain(p.name)}: {plain(p.failure)}" for p in found.sweep.failures]
        parts += ["### Failed", "\n".join(failures)]
    commands = "\n".join(point.command for point in found.front)
    if commands:
        parts += ["### To reproduce the front", f"```console\n{commands}\n```"]
    return "\n\n".join(parts) + "\n"


def _best(found: Findings) -> str:
    lines = []
    for choice in found.choices:
        best = choice.best
        shown = ("none", "", "", "") if best is None else _figures(found, best)
        alike = str(len(choice.not_worse)) if choice.rivals else "–"
        lines.append((formatting.seconds(choice.budget, 1), *shown, alike))
    head = ("p95 at most", "point", "settings", "WER", "p95", "alike")
    return _table(head, lines)


def _points(found: Findings) -> str:
    order = sorted(found.sweep.points, key=lambda p: (not p.placed, p.delay if p.placed else 0.0))
    front = {point.name for point in found.front}
    lines = [(*_figures(found, p), "yes" if p.name in front else "") for p in order]
    return _table(("point", "settings", "WER", "p95", "on the front"), lines)


def _figures(found: Findings, point: Point) -> tuple[str, str, str, str]:
    if point.failure:
        return point.name, found.label(point), "failed", "failed"
    wer = f"{formatting.percent(point.errors)} ({formatting.percent_range(point.wer)})"
    late = formatting.seconds(point.p95.value)
    ends = formatting.seconds_range(point.p95)
    return point.name, found.label(point), wer, f"{late} ({ends})" if ends else late


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = "|".join("---" for _ in head)
    rows = ["| " + " | ".join(map(plain, line)) + " |" for line in (head, *lines)]
    return "\n".join([rows[0], f"|{rule}|", *rows[1:]])
