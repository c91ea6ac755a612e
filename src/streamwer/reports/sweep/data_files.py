"""A sweep for machines: JSON with all figures."""

from __future__ import annotations

import json
from typing import Any

from streamwer._util.rounding import RATE, SECONDS, round_number
from streamwer.analysis.sweeps.budgets import BudgetChoice
from streamwer.analysis.sweeps.effects import MainEffect
from streamwer.analysis.sweeps.point import SweepPoint
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.reports.sweep.findings import Findings

SCHEMA = 1


def render(findings: Findings) -> dict[str, str]:
    """Render all files: file name → contents."""
    points = findings.sweep.points
    costs = {point.name: round_number(point.rtf, RATE) for point in points}
    return {
        "sweep.json": _render_json(_describe_sweep(findings)),
        "costs.json": _render_json({"schema": SCHEMA, "rtf": costs}),
    }


def _describe_sweep(findings: Findings) -> dict[str, Any]:
    sweep = findings.sweep
    return {
        "schema": SCHEMA,
        "name": sweep.name,
        "facts": dict(sweep.facts),
        "axes": list(findings.axes),
        "latency": sweep.measure,
        "points": [_describe_point(point) for point in sweep.points],
        "front": [point.name for point in findings.front],
        "best_within": [_describe_choice(choice) for choice in findings.choices],
        "main_effects": [_describe_effect(effect) for effect in findings.effects],
    }


def _describe_point(point: SweepPoint) -> dict[str, Any]:
    return {
        "name": point.name,
        "command": point.command,
        "config": dict(point.config),
        "wer": _round_ends(point.wer, RATE),
        "commit_latency": {q: _round_ends(getattr(point, q), SECONDS) for q in ("p50", "p95")},
        "laal": _round_ends(point.laal, SECONDS),
        "coverage": round_number(point.coverage, RATE),
        "recordings": point.recordings,
        "failures": point.failures,
        "failure": point.failure or None,
    }


def _describe_choice(choice: BudgetChoice) -> dict[str, Any]:
    return {
        "latency_at_most": choice.budget,
        "point": choice.best.name if choice.best else None,
        "interval_within": choice.sure,
        "rivals": len(choice.rivals),
        "not_shown_to_differ": list(choice.not_worse),
    }


def _describe_effect(effect: MainEffect) -> dict[str, Any]:
    levels = [
        {
            "value": level.value,
            "points": level.points,
            "wer": _round_ends(level.wer, RATE),
            "latency": _round_ends(level.late, SECONDS),
            "without_latency": level.unplaced,
        }
        for level in effect.levels
    ]
    return {"setting": effect.axis, "balanced": effect.balanced, "values": levels}


def _round_ends(figure: Interval | Quantile, digits: int) -> dict[str, Any]:
    ends = {"value": figure.value, "low": figure.low, "high": figure.high}
    return {name: round_number(value, digits) for name, value in ends.items()}


def _render_json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
