"""The main effects: for each setting, the mean WER and the mean p95 of each value."""

from __future__ import annotations

import math
from dataclasses import dataclass

from streamwer.analysis.formatting import (
    format_percent,
    format_percent_range,
    format_seconds,
    format_seconds_range,
    shorten,
)
from streamwer.analysis.sweeps.effects import LevelEffect, MainEffect
from streamwer.reports.plots.axis import (
    Axis,
    Frame,
    Plot,
    Tick,
    draw_path,
    make_rate_axis,
    make_seconds_axis,
)
from streamwer.reports.sweep.findings import Findings

_FRAME = Frame(width=360, height=200, left=48, right=350, top=34, bottom=158)


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
    """One figure of one setting."""

    kind: str
    title: str
    dots: list[EffectDot]
    line: str
    log: bool = False


def plot_effect(findings: Findings, effect: MainEffect) -> list[EffectPanel]:
    """Plot the WER panel and the p95 panel; all settings share the scales."""
    levels = [level for setting in findings.effects for level in setting.levels]
    rates = [e for level in levels for e in (level.wer.low, level.wer.value, level.wer.high)]
    ends = [e for level in levels for e in (level.p95.low, level.p95.value, level.p95.high)]
    late = [end for end in ends if end is not None]
    return [
        _panel("wer", "WER, %", effect, make_rate_axis(rates, _FRAME.bottom, _FRAME.top), 100),
        _panel("p95", "p95, s", effect, make_seconds_axis(late, _FRAME.bottom, _FRAME.top), 1),
    ]


def _panel(kind: str, title: str, effect: MainEffect, y: Axis, factor: float) -> EffectPanel:
    width = _FRAME.right - _FRAME.left
    count = len(effect.levels)
    xs = [round(_FRAME.left + (at + 0.5) * width / count, 1) for at in range(count)]
    dots = [_dot(kind, level, x, y) for level, x in zip(effect.levels, xs, strict=True)]
    dots = [dot for dot in dots if math.isfinite(dot.y)]
    room = max(4, int(width / max(1, count) / 7))
    return EffectPanel(
        kind=kind,
        frame=_FRAME,
        title=title,
        dots=dots,
        line=draw_path((dot.x, dot.y) for dot in dots) if len(dots) > 1 else "",
        x_ticks=[
            Tick(x, shorten(level.value, room)) for level, x in zip(effect.levels, xs, strict=True)
        ],
        y_ticks=y.make_ticks(4, factor),
        description=". ".join(dot.title for dot in dots),
    )


def _dot(kind: str, level: LevelEffect, x: float, y: Axis) -> EffectDot:
    if kind == "p95":
        late = level.p95
        title = f"{format_seconds(late.value)} ({format_seconds_range(late)})"
        return _place(x, y, (late.value, late.low, late.high), f"{level.value}: {title}")
    wer = level.wer
    title = f"{format_percent(wer.value)} ({format_percent_range(wer)})"
    return _place(x, y, (wer.value, wer.low, wer.high), f"{level.value}: {title}")


def _place(x: float, y: Axis, figure: tuple[float | None, ...], title: str) -> EffectDot:
    """Place a mean; an infinite end lies at the end of the axis, an unknown one on the value."""
    value, *ends = (math.nan if end is None else end for end in figure)
    if math.isnan(value):
        return EffectDot(x, math.nan, math.nan, math.nan, title)
    low, high = (y.to_pixel(value if math.isnan(end) else end) for end in ends)
    return EffectDot(x, y.to_pixel(value), low, high, title)
