"""Horizontal bars: latency by cause, compute by stage, and WER by condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import NamedTuple

import numpy as np

from streamwer.analysis import formatting
from streamwer.metrics.summary import STAGES, Summary, timed
from streamwer.metrics.word_errors import plain_rate
from streamwer.reports.comparison import Comparison, System
from streamwer.reports.palette import Style, styles
from streamwer.reports.plots.axis import Axis, Frame
from streamwer.reports.plots.labels import text_width

_BAR = 18.0
_PITCH = 26.0
_TITLE = 30.0
_STAGE_LABELS = {"listen": "voice detector"}
"""Of those stages whose name in the event log does not say it."""
CAUSES = {
    "waiting": "waiting for audio",
    "held": "held back by the policy",
    "queued": "queued",
    "computed": "computing",
}
"""Columns of the words table whose sum is a word's commit latency."""
_NAME = 22
"""Characters of a system's name."""


@dataclass(frozen=True)
class Part:
    """A segment of a bar, in pixels; `text` is drawn inside where there is room."""

    x: float
    width: float
    stage: str
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
    title_y: float
    bars: list[Bar]


@dataclass(frozen=True)
class Bars:
    """Everything the template draws; `key` says what the stages are called where there are any."""

    frame: Frame
    thickness: float
    groups: list[BarGroup]
    description: str
    key: Mapping[str, str]


class _Value(NamedTuple):
    """A system's bar before it has a place: its segments by stage, and their sum as text."""

    system: str
    segments: Mapping[str, float]
    text: str

    @property
    def lengths(self) -> dict[str, float]:
        """Of the segments; one that is not known has none."""
        return {stage: 0.0 if isnan(size) else size for stage, size in self.segments.items()}


class _Values(NamedTuple):
    """The bars of one group."""

    title: str
    note: str
    values: list[_Value]


def cost(comparison: Comparison, width: float) -> Bars:
    """Seconds of compute per second of audio, stacked by the stages that any system had."""
    summaries = [system.summary for system in comparison.systems]
    key = {
        stage: _STAGE_LABELS.get(stage, stage)
        for stage in STAGES
        if any(summary.cost.stages[stage] > 0 for summary in summaries)
    }
    values = [
        _Value(s.name, {at: s.cost.stages[at] for at in key}, formatting.number(s.cost.rtf, 3))
        for s in summaries
    ]
    described = " ".join(_described(value, key) for value in values)
    return _laid_out([_Values("", "", values)], comparison, width, described, key)


def causes(comparison: Comparison, width: float) -> Bars:
    """Mean commit latency of the words that came, stacked by what they waited for."""
    values = [_caused(system) for system in comparison.systems]
    described = " ".join(_described(value, CAUSES, 2) for value in values)
    return _laid_out([_Values("", "", values)], comparison, width, described, CAUSES)


def _caused(system: System) -> _Value:
    """Parts that are negative, of words committed before their end, count as none in the bar."""
    words = timed(system.scores.words)
    came = words[np.isfinite(words["committed"].to_numpy(float))]
    means = {cause: float(came[cause].mean()) if len(came) else 0.0 for cause in CAUSES}
    text = formatting.seconds(sum(means.values())) if len(came) else formatting.NEVER
    return _Value(system.summary.name, {c: max(mean, 0.0) for c, mean in means.items()}, text)


def by_condition(comparison: Comparison, width: float) -> Bars:
    """WER of every system under each condition; no bars where there is but one."""
    groups = list(_conditions([system.summary for system in comparison.systems]))
    described = " ".join(
        f"{group.title}, {value.system}: {value.text}."
        for group in groups
        for value in group.values
    )
    return _laid_out(groups, comparison, width, described, {})


def _described(value: _Value, key: Mapping[str, str], digits: int = 3) -> str:
    stages = (
        f", {key[at]} {formatting.number(size, digits)}" for at, size in value.segments.items()
    )
    return f"{value.system}: {value.text} in all{''.join(stages)}."


def _conditions(summaries: Sequence[Summary]) -> Iterator[_Values]:
    if any(summary.conditions for summary in summaries):
        return  # the matrix of systems and conditions says it with intervals
    by = [(s.name, each) for s in summaries for each in s.slices if each.kind == "condition"]
    slices = {(system, each.name): each for system, each in by}
    conditions = dict.fromkeys(condition for _, condition in slices)
    if len(conditions) < 2:
        return  # the headline says it
    for condition in conditions:
        here = {name: each for (name, named), each in slices.items() if named == condition}
        rates = {name: plain_rate(each.errors) for name, each in here.items()}
        recordings = max(each.recordings for each in here.values())
        yield _Values(
            condition,
            formatting.count(recordings, "recording"),
            [_Value(name, {"": rate}, formatting.percent(rate)) for name, rate in rates.items()],
        )


def _laid_out(
    groups: Sequence[_Values],
    comparison: Comparison,
    width: float,
    described: str,
    key: Mapping[str, str],
) -> Bars:
    axis = _axis([value for group in groups for value in group.values], width)
    looks, placed, y = styles(comparison), [], 0.0
    for group in groups:
        top = y + (_TITLE if group.title else 2.0)
        bars = [
            _bar(value, top + at * _PITCH, axis, looks) for at, value in enumerate(group.values)
        ]
        placed.append(BarGroup(formatting.shortened(group.title, 32), group.note, y + 16, bars))
        y = top + len(bars) * _PITCH + 8
    return Bars(Frame(width, y, 0, width, 0, y), _BAR, placed, described, key)


def _axis(values: Sequence[_Value], width: float) -> Axis:
    """All bars share one scale and leave room for the label after the longest."""
    names = (formatting.shortened(value.system, _NAME) for value in values)
    room = max(map(text_width, names), default=0.0) + 70
    longest = max((sum(value.lengths.values()) for value in values), default=0.0)
    return Axis(0, longest or 1.0, 12, max(width - room, width / 4))


def _bar(value: _Value, y: float, axis: Axis, looks: Mapping[str, Style]) -> Bar:
    return Bar(
        style=looks[value.system],
        y=y,
        parts=_parts(value.lengths, axis),
        end=axis.at(sum(value.lengths.values())),
        value=value.text,
        name=formatting.shortened(value.system, _NAME),
    )


def _parts(segments: Mapping[str, float], axis: Axis) -> list[Part]:
    parts, x = [], axis.begin
    for stage, segment in segments.items():
        length = axis.at(segment) - axis.begin
        text = formatting.number(segment, 3) if length > 44 and len(segments) > 1 else ""
        parts.append(Part(round(x, 1), round(length, 1), stage, text))
        x += length
    return parts
