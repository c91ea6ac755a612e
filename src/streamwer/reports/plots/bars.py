"""Horizontal bars: compute by stage, and WER by condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.metrics.summary import STAGES
from streamwer.reports import figures
from streamwer.reports.comparison import Comparison
from streamwer.reports.palette import Style, styles
from streamwer.reports.plots.axis import Axis, Frame
from streamwer.reports.plots.labels import text_width

_BAR = 18.0
_GAP = 8.0
_TITLE = 30.0


@dataclass(frozen=True)
class Part:
    """A segment of a bar, in pixels; `text` is drawn inside where there is room."""

    x: float
    width: float
    stage: int
    text: str


@dataclass(frozen=True)
class Bar:
    """One system's bar: its segments, and the label after it."""

    style: Style
    y: float
    parts: list[Part]
    end: float
    value: str
    name: str


@dataclass(frozen=True)
class BarGroup:
    """Bars under a common title."""

    title: str
    note: str
    y: float
    bars: list[Bar]


@dataclass(frozen=True)
class Bars:
    """Everything the template draws."""

    frame: Frame
    thickness: float
    groups: list[BarGroup]
    description: str
    key: list[str]


def cost(comparison: Comparison, width: float) -> Bars:
    """Seconds of compute per second of audio, stacked by stage."""
    summaries = [system.summary for system in comparison.systems]
    longest = max((summary.cost.rtf for summary in summaries), default=0.0)
    names = [s.name for s in summaries]
    axis = _axis(longest, names, width)
    looks = styles(comparison)
    bars = [
        Bar(
            style=looks[s.name],
            y=2 + at * (_BAR + _GAP),
            parts=_stacked([s.cost.stages[stage] for stage in STAGES], axis),
            end=axis.at(s.cost.rtf),
            value=figures.number(s.cost.rtf, 3),
            name=figures.shortened(s.name, 22),
        )
        for at, s in enumerate(summaries)
    ]
    height = 2 + len(bars) * (_BAR + _GAP)
    return Bars(
        frame=Frame(width, height, 0, width, 0, height),
        thickness=_BAR,
        groups=[BarGroup("", "", 0, bars)],
        description=" ".join(
            f"{s.name}: {figures.number(s.cost.rtf, 3)} in all,"
            f" {', '.join(f'{n} {figures.number(v, 3)}' for n, v in s.cost.stages.items())}."
            for s in summaries
        ),
        key=list(STAGES),
    )


def by_condition(comparison: Comparison, width: float) -> Bars:
    """WER of every system under each condition."""
    summaries = [system.summary for system in comparison.systems]
    slices = {(s.name, each.condition): each for s in summaries for each in s.slices}
    rates = {key: each.errors.rate or 0.0 for key, each in slices.items()}
    axis = _axis(max(rates.values(), default=0.0), [s.name for s in summaries], width)
    looks, groups, y = styles(comparison), [], 0.0
    for condition in dict.fromkeys(condition for _, condition in slices):
        bars = []
        title_y, y = y + 16, y + _TITLE
        for name in (s.name for s in summaries if (s.name, condition) in slices):
            end = axis.at(rates[name, condition])
            bars.append(
                Bar(
                    style=looks[name],
                    y=y,
                    parts=[Part(axis.begin, end - axis.begin, -1, "")],
                    end=end,
                    value=figures.percent(rates[name, condition]),
                    name=figures.shortened(name, 22),
                )
            )
            y += _BAR + _GAP
        recordings = max(e.recordings for (_, c), e in slices.items() if c == condition)
        groups.append(BarGroup(condition, figures.count(recordings, "recording"), title_y, bars))
        y += _GAP
    return Bars(
        frame=Frame(width, y, 0, width, 0, y),
        thickness=_BAR,
        groups=groups,
        description=" ".join(
            f"{condition}, {name}: {figures.percent(rate)}."
            for (name, condition), rate in rates.items()
        ),
        key=[],
    )


def _axis(longest: float, names: Sequence[str], width: float) -> Axis:
    """Bars share one scale and leave room for the label after the longest."""
    room = max((text_width(figures.shortened(name, 22)) for name in names), default=0.0) + 70
    return Axis(0, longest or 1.0, 12, max(width - room, width / 4))


def _stacked(values: Sequence[float], axis: Axis) -> list[Part]:
    parts, x = [], axis.begin
    for stage, value in enumerate(values):
        length = axis.at(value) - axis.begin
        text = figures.number(value, 3)
        parts.append(Part(round(x, 1), round(length, 1), stage, text if length > 44 else ""))
        x += length
    return parts
