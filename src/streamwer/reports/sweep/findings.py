"""The findings of a sweep, computed once for all forms of its report."""

from __future__ import annotations

from dataclasses import dataclass

from streamwer.analysis.formatting import format_count, format_percent, format_seconds
from streamwer.analysis.sweeps.axes import flatten_config, format_axis_value
from streamwer.analysis.sweeps.budgets import BudgetChoice, choose_within_budgets
from streamwer.analysis.sweeps.effects import MainEffect, estimate_main_effects
from streamwer.analysis.sweeps.front import find_pareto_front
from streamwer.analysis.sweeps.point import MEASURES, SweepPoint
from streamwer.analysis.sweeps.sweep import Sweep

_TOO_FEW = (
    "a 95th percentile needs 72 words that have times: take more recordings, or find word times"
    " with alignment=forced (docs/word-times.md)."
)


@dataclass(frozen=True)
class Findings:
    """A sweep: its front (the fastest first), the best points within budgets, main effects."""

    sweep: Sweep
    axes: tuple[str, ...]
    front: tuple[SweepPoint, ...]
    choices: tuple[BudgetChoice, ...]
    effects: tuple[MainEffect, ...]

    def get_levels(self, point: SweepPoint) -> dict[str, str]:
        """Return the point's value on every axis."""
        config = flatten_config(point.config)
        return {axis: format_axis_value(config, axis) for axis in self.axes}

    def make_label(self, point: SweepPoint) -> str:
        """Return the settings that distinguish the point, as "local_agreement, chunk_s 0.5"."""
        settings = [
            value if "." not in axis else f"{axis.rpartition('.')[2]} {value}"
            for axis, value in self.get_levels(point).items()
            if value != "–"
        ]
        return ", ".join(settings) or f"point {point.name}"

    @property
    def unplaced(self) -> list[SweepPoint]:
        """Points that have figures, but no finite WER or latency."""
        return [p for p in self.sweep.points if not p.failure and not p.is_finite]


def analyse_sweep(sweep: Sweep) -> Findings:
    """Find the front, the best points and the main effects of a sweep."""
    points, axes = sweep.points, tuple(sweep.axes)
    on_front = find_pareto_front([(point.delay, point.errors) for point in points])
    return Findings(
        sweep=sweep,
        axes=axes,
        front=tuple(points[at] for at in on_front),
        choices=tuple(choose_within_budgets(points, sweep.budgets, sweep.scores, sweep.scoring)),
        effects=tuple(estimate_main_effects(points, sweep.scores, axes, sweep.scoring)),
    )


def list_measures(findings: Findings) -> list[tuple[str, str]]:
    """List the latencies that any point has, with a short name."""
    shown = {"p50": "p50", "p95": "p95", findings.sweep.measure: findings.sweep.measure}
    points = findings.sweep.points
    return [
        (name, "LAAL" if name == "laal" else name)
        for name in shown
        if name == findings.sweep.measure or any(getattr(p, name).value is not None for p in points)
    ]


def describe_findings(findings: Findings) -> list[str]:
    """Say the result in words."""
    count = format_count(len(findings.sweep.points), "point")
    size = f"{count} over {' × '.join(findings.axes) or 'one setting'}"
    describe = _describe_front if findings.front else _explain_no_front
    sentences = describe(findings, size)
    if findings.sweep.measure != "p95":
        measure = MEASURES[findings.sweep.measure]
        sentences.append(f"Here {measure} stands for the latency: {_TOO_FEW}")
    if findings.sweep.failures:
        count = format_count(len(findings.sweep.failures), "point")
        sentences.append(f"{count} failed: the list below has the reasons.")
    return sentences


def _describe_front(findings: Findings, size: str) -> list[str]:
    accurate, fast = findings.front[-1], findings.front[0]
    sentences = [
        f"{size}; {len(findings.front)} on the Pareto front.",
        f"Fewest errors: {findings.make_label(accurate)}, {_format_point(accurate)}.",
    ]
    if fast is not accurate:
        sentences.append(f"Fastest: {findings.make_label(fast)}, {_format_point(fast)}.")
    return sentences


def _explain_no_front(findings: Findings, size: str) -> list[str]:
    sentences = [f"{size}; none has both a WER and a latency."]
    if any(point.p95.value is None for point in findings.unplaced):
        sentences.append(_TOO_FEW)
    return sentences


def _format_point(point: SweepPoint) -> str:
    late = format_seconds(point.late.value)
    return f"WER {format_percent(point.errors)} at {MEASURES[point.measure]} {late}"
