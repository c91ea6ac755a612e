"""WER against latency, with intervals on both axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamwer.analysis import formatting
from streamwer.metrics.summary import Summary
from streamwer.reports.comparison import Comparison
from streamwer.reports.palette import Style, styles
from streamwer.reports.plots.axis import Axis, Frame, Tick, rate_axis, seconds_axis
from streamwer.reports.plots.labels import Box, beside_points, text_width

WIDE = Frame(width=560, height=390, left=52, right=540, top=32, bottom=340)
NARROW = Frame(width=344, height=330, left=44, right=334, top=32, bottom=280)


@dataclass(frozen=True)
class Point:
    """One system: its figures in pixels, and its label."""

    style: Style
    x: float
    y: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    goes_on: bool
    label: Box
    text: str
    name: str


@dataclass(frozen=True)
class Scatter:
    """Everything the template draws."""

    frame: Frame
    points: list[Point]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    log: bool
    description: str
    left_out: list[str]
    front: str
    """Path along the systems that no other one beats in both figures; "" for fewer than two."""


def scatter(comparison: Comparison, frame: Frame) -> Scatter:
    """Lay the plot out in a frame."""
    summaries = [system.summary for system in comparison.systems]
    shown = [summary for summary in summaries if _placeable(summary)]
    x = seconds_axis([v for s in shown for v in _latency(s)], frame.left + 14, frame.right)
    rates = [v for s in shown for v in (s.wer.value, *_ends(s))]
    y = rate_axis(rates, frame.bottom, frame.top)
    return Scatter(
        frame=frame,
        points=_points(shown, styles(comparison), x, y, frame),
        x_ticks=x.ticks(9),
        y_ticks=y.ticks(6, 100),
        log=x.log,
        description=" ".join(f"{s.name}: {_described(s)}." for s in shown),
        left_out=[summary.name for summary in summaries if not _placeable(summary)],
        front=_front([(x.at(_latency(s)[1]), y.at(s.wer.value)) for s in unbeaten(shown)]),
    )


def unbeaten(shown: Sequence[Summary]) -> list[Summary]:
    """By latency; one is beaten where another is as good in both figures and better in one."""
    ordered = sorted(shown, key=lambda summary: (_latency(summary)[1], summary.wer.value))
    found: list[Summary] = []
    for summary in ordered:
        if not found or summary.wer.value < found[-1].wer.value:
            found.append(summary)
    return found


def _front(corners: Sequence[tuple[float, float]]) -> str:
    """In steps, because a system between two others is not to be had."""
    if len(corners) < 2:
        return ""
    (x, y), *others = corners
    return f"M{x:g},{y:g} {' '.join(f'H{right:g} V{lower:g}' for right, lower in others)}"


def _points(
    shown: Sequence[Summary], looks: Mapping[str, Style], x: Axis, y: Axis, frame: Frame
) -> list[Point]:
    """Each system at its place; the labels are placed together, off each other."""
    at = [(x.at(_latency(summary)[1]), y.at(summary.wer.value)) for summary in shown]
    across = [_across(summary, x) for summary in shown]
    along = [(y.at(low), y.at(high)) for low, high in map(_ends, shown)]
    names = [formatting.shortened(summary.name, 22) for summary in shown]
    texts = [_short(summary) for summary in shown]
    sizes = [(max(map(text_width, pair)), 30.0) for pair in zip(names, texts, strict=True)]
    bars = [Box(low, py, high, py) for (_, py), (low, high) in zip(at, across, strict=True)]
    bars += [Box(px, high, px, low) for (px, _), (low, high) in zip(at, along, strict=True)]
    labels = beside_points(at, sizes, bars, frame)
    return [
        Point(
            looks[s.name], *at[n], *across[n], *along[n], _goes_on(s), labels[n], texts[n], names[n]
        )
        for n, s in enumerate(shown)
    ]


def _across(summary: Summary, x: Axis) -> tuple[float, float]:
    low, _, high = _latency(summary)
    return x.at(low), x.at(high)


def _ends(summary: Summary) -> tuple[float, float]:
    """Of the interval of the WER; the WER itself where too few speakers give no interval."""
    wer = summary.wer
    return (wer.value, wer.value) if math.isnan(wer.low) else (wer.low, wer.high)


def _goes_on(summary: Summary) -> bool:
    """Whether the interval of the latency has no upper end."""
    return math.isinf(_latency(summary)[2])


def _latency(summary: Summary) -> tuple[float, float, float]:
    middle = summary.commit_latency["p50"]
    value = math.inf if middle.value is None else middle.value
    low = value if middle.low is None else middle.low
    return low, value, value if middle.high is None else middle.high


def _placeable(summary: Summary) -> bool:
    return math.isfinite(_latency(summary)[1]) and math.isfinite(summary.wer.value)


def _short(summary: Summary) -> str:
    late = formatting.seconds(summary.commit_latency["p50"].value)
    return f"{late}, {formatting.percent(summary.wer.value)}"


def _described(summary: Summary) -> str:
    late = summary.commit_latency["p50"]
    return (
        f"WER {formatting.percent(summary.wer.value)} ({formatting.percent_range(summary.wer)}),"
        f" median commit latency {formatting.seconds(late.value)} ({formatting.seconds_range(late)})"
    )
