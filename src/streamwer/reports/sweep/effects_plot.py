"""The main effects: for each setting, the mean WER and the mean latency of each value."""

from __future__ import annotations

import math
from dataclasses import dataclass

from streamwer.analysis.formatting import format_figures
from streamwer.analysis.sweeps.effects import LevelEffect, MainEffect
from streamwer.analysis.sweeps.point import MEASURES
from streamwer.reports.plots.axis import (
    Axis,
    Frame,
    Plot,
    Tick,
    cap_ends,
    draw_path,
    get_ends,
    make_rate_axis,
    make_seconds_axis,
)
from streamwer.reports.plots.labels import estimate_width
from streamwer.reports.sweep.findings import Findings

_WIDTH, _TOP, _PITCH = 360.0, 14.0, 28.0
_MAX_LABEL = 200.0


@dataclass(frozen=True)
class EffectDot:
    """The mean of one value, with its interval where there is one."""

    x: float
    y: float
    low: float
    high: float
    title: str


@dataclass(frozen=True, kw_only=True)
class EffectPanel(Plot):
    """One figure of one setting: a row for each value."""

    kind: str
    title: str
    dots: list[EffectDot]
    line: str
    log: bool = False


def plot_effect(findings: Findings, effect: MainEffect) -> list[EffectPanel]:
    """Plot the WER panel and the latency panel; all settings share the scales."""
    levels = [level for setting in findings.effects for level in setting.levels]
    widest = max(estimate_width(level.value) for level in levels)
    left = min(widest, _MAX_LABEL) + 14
    rates = cap_ends(get_ends(level.wer) for level in levels)
    late = cap_ends(get_ends(level.late) for level in levels if level.late.value is not None)
    name = f"{MEASURES[findings.sweep.measure]}, s"
    right = _WIDTH - 12
    return [
        _draw_panel("wer", "WER, %", effect, make_rate_axis(rates, left, right), 100),
        _draw_panel("late", name, effect, make_seconds_axis(late, left, right), 1),
    ]


def _draw_panel(kind: str, title: str, effect: MainEffect, x: Axis, factor: float) -> EffectPanel:
    ys = [_TOP + 20 + (at + 0.5) * _PITCH for at in range(len(effect.levels))]
    dots = [_place_dot(kind, level, x, y) for level, y in zip(effect.levels, ys, strict=True)]
    dots = [dot for dot in dots if math.isfinite(dot.x)]
    bottom = _TOP + 20 + len(ys) * _PITCH
    return EffectPanel(
        kind=kind,
        frame=Frame(_WIDTH, bottom + 26, x.begin, x.end, _TOP + 20, bottom),
        title=title,
        dots=dots,
        line=draw_path((dot.x, dot.y) for dot in dots) if len(dots) > 1 else "",
        x_ticks=x.make_ticks(5, factor),
        y_ticks=[Tick(y, level.value) for level, y in zip(effect.levels, ys, strict=True)],
        description=". ".join(dot.title for dot in dots),
    )


def _place_dot(kind: str, level: LevelEffect, x: Axis, y: float) -> EffectDot:
    """Place a mean; an end beyond the axis lies at its end."""
    wer, late = level.wer, level.late
    title = format_figures(wer, late)[kind == "late"]
    ends = get_ends(late if kind == "late" else wer)
    known = not math.isnan(ends.value)
    low, value, high = (x.to_pixel(end) if known else math.nan for end in ends)
    return EffectDot(value, y, low, high, f"{level.value}: {title}")
