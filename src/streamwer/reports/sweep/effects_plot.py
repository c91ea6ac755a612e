"""Main effects: for each setting, the mean WER and the mean p95 of each of its values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.analysis import formatting
from streamwer.analysis.sweeps.effects import Effect, Level
from streamwer.reports.plots.axis import Axis, Frame, Tick, rate_axis, seconds_axis
from streamwer.reports.sweep.findings import Findings

_FRAME = Frame(width=360, height=200, left=48, right=350, top=34, bottom=158)


@dataclass(frozen=True)
class Dot:
    """The mean of one value, with the interval where there is one."""

    x: float
    y: float
    low: float
    high: float
    title: str


@dataclass(frozen=True)
class Panel:
    """One figure of one setting."""

    kind: str
    frame: Frame
    title: str
    dots: list[Dot]
    line: str
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    description: str


def panels(found: Findings, effect: Effect) -> list[Panel]:
    """The WER panel and the p95 panel; every setting's panels share their scales."""
    every = [level for each in found.effects for level in each.levels]
    rates = [e for level in every for e in (level.wer.low, level.wer.value, level.wer.high)]
    ends = [e for level in every for e in (level.p95.low, level.p95.value, level.p95.high)]
    late = [end for end in ends if end is not None]
    return [
        _panel("wer", "WER, %", effect, rate_axis(rates, _FRAME.bottom, _FRAME.top), 100),
        _panel("p95", "p95, s", effect, seconds_axis(late, _FRAME.bottom, _FRAME.top), 1),
    ]


def _panel(kind: str, title: str, effect: Effect, y: Axis, factor: float) -> Panel:
    xs = _across(len(effect.levels))
    dots = [_dot(kind, level, x, y) for level, x in zip(effect.levels, xs, strict=True)]
    dots = [dot for dot in dots if math.isfinite(dot.y)]
    room = max(4, int((_FRAME.right - _FRAME.left) / max(1, len(xs)) / 7))
    return Panel(
        kind=kind,
        frame=_FRAME,
        title=title,
        dots=dots,
        line=f"M{' L'.join(f'{dot.x:g},{dot.y:g}' for dot in dots)}" if len(dots) > 1 else "",
        x_ticks=[
            Tick(x, formatting.shortened(level.value, room))
            for level, x in zip(effect.levels, xs, strict=True)
        ],
        y_ticks=y.ticks(4, factor),
        description=". ".join(dot.title for dot in dots),
    )


def _across(count: int) -> Sequence[float]:
    wide = (_FRAME.right - _FRAME.left) / count
    return [round(_FRAME.left + (at + 0.5) * wide, 1) for at in range(count)]


def _dot(kind: str, level: Level, x: float, y: Axis) -> Dot:
    if kind == "p95":
        late = level.p95
        said = f"{level.value}: {formatting.seconds(late.value)} ({formatting.seconds_range(late)})"
        return _placed(x, y, (late.value, late.low, late.high), said)
    wer = level.wer
    said = f"{level.value}: {formatting.percent(wer.value)} ({formatting.percent_range(wer)})"
    return _placed(x, y, (wer.value, wer.low, wer.high), said)


def _placed(x: float, y: Axis, figure: tuple[float | None, ...], said: str) -> Dot:
    """An end that is infinite lies at the end of the axis; one that is not known, on the value."""
    value, *ends = (math.nan if end is None else end for end in figure)
    if math.isnan(value):
        return Dot(x, math.nan, math.nan, math.nan, said)
    low, high = (y.at(value if math.isnan(end) else end) for end in ends)
    return Dot(x, y.at(value), low, high, said)
