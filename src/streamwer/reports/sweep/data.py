"""A sweep for machines: JSON with everything, one row per point as CSV and Parquet."""

from __future__ import annotations

import io
import json
import math
from typing import Any

import pandas as pd

from streamwer._util.rounding import RATE, SECONDS, number
from streamwer.analysis.sweeps.budgets import Choice
from streamwer.analysis.sweeps.effects import Effect
from streamwer.analysis.sweeps.point import Point
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.reports.sweep.findings import Findings

SCHEMA = 1


def render(found: Findings) -> dict[str, str | bytes]:
    """File name → contents."""
    table = rows(found)
    parquet = io.BytesIO()
    table.to_parquet(parquet, index=False)
    points = found.sweep.points
    costs = {point.name: number(point.rtf, RATE) for point in points}
    return {
        "sweep.json": _json(_everything(found)),
        "points.csv": table.to_csv(index=False, lineterminator="\n"),
        "points.parquet": parquet.getvalue(),
        "costs.json": _json({"schema": SCHEMA, "rtf": costs}),
    }


def rows(found: Findings) -> pd.DataFrame:
    """One row per point: what was varied, then its figures (rates and seconds)."""
    front = {point.name for point in found.front}
    return pd.DataFrame(
        {
            "point": point.name,
            **found.levels(point),
            **_numbers("wer", point.wer, RATE),
            **_numbers("p50", point.p50, SECONDS),
            **_numbers("p95", point.p95, SECONDS),
            "coverage": round(point.coverage, RATE),
            "recordings": point.recordings,
            "failures": point.failures,
            "on_front": point.name in front,
            "failure": point.failure,
            "command": point.command,
        }
        for point in found.sweep.points
    )


def _everything(found: Findings) -> dict[str, Any]:
    sweep = found.sweep
    return {
        "schema": SCHEMA,
        "name": sweep.name,
        "facts": dict(sweep.facts),
        "axes": list(found.axes),
        "points": [_point(point) for point in sweep.points],
        "front": [point.name for point in found.front],
        "best_within": [_choice(choice) for choice in found.choices],
        "main_effects": [_effect(effect) for effect in found.effects],
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        "name": point.name,
        "command": point.command,
        "config": dict(point.config),
        "wer": _ends(point.wer, RATE),
        "commit_latency": {"p50": _ends(point.p50, SECONDS), "p95": _ends(point.p95, SECONDS)},
        "coverage": number(point.coverage, RATE),
        "recordings": point.recordings,
        "failures": point.failures,
        "failure": point.failure or None,
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "p95_at_most": choice.budget,
        "point": choice.best.name if choice.best else None,
        "interval_within": choice.sure,
        "rivals": len(choice.rivals),
        "not_shown_to_differ": list(choice.not_worse),
    }


def _effect(effect: Effect) -> dict[str, Any]:
    levels = [
        {
            "value": level.value,
            "points": level.points,
            "wer": _ends(level.wer, RATE),
            "p95": _ends(level.p95, SECONDS),
            "without_p95": level.unplaced,
        }
        for level in effect.levels
    ]
    return {"setting": effect.axis, "balanced": effect.balanced, "values": levels}


def _ends(figure: Interval | Quantile, digits: int) -> dict[str, Any]:
    ends = {"value": figure.value, "low": figure.low, "high": figure.high}
    return {name: number(value, digits) for name, value in ends.items()}


def _numbers(name: str, figure: Interval | Quantile, digits: int) -> dict[str, float]:
    ends = {name: figure.value, f"{name}_low": figure.low, f"{name}_high": figure.high}
    return {key: math.nan if v is None else round(v, digits) for key, v in ends.items()}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
