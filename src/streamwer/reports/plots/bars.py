"""Horizontal bars: latency by cause, and compute by stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import NamedTuple

import numpy as np

from streamwer.analysis.formatting import (
    NEVER,
    format_number,
    format_seconds,
    shorten,
)
from streamwer.config.hardware import STAGES
from streamwer.metrics.latency import select_timed_words
from streamwer.reports.comparison import Comparison, System
from streamwer.reports.palette import Style, assign_styles
from streamwer.reports.plots.axis import Axis, Frame
from streamwer.reports.plots.labels import estimate_width
from streamwer.reports.provenance import get_policy_name

_BAR = 18.0
_PITCH = 26.0
_STAGE_LABELS = {"listen": "voice detector"}
"""Labels of stages whose name in the event log is not plain."""
CAUSES = {
    "waiting": "waiting for audio",
    "held": "held back by the policy",
    "queued": "queued",
    "computed": "computing",
}
"""Columns of the words table whose sum is a word's commit latency."""
_NAME = 22
"""Characters of a system's name that are shown."""


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
class Bars:
    """The geometry of the plot; `key` is the label of each stage."""

    frame: Frame
    thickness: float
    bars: list[Bar]
    description: str
    key: Mapping[str, str]


class _Value(NamedTuple):
    """The bar of a system before layout: its segments by stage, and their sum as text."""

    system: str
    segments: Mapping[str, float]
    text: str

    @property
    def lengths(self) -> dict[str, float]:
        """The segments, with 0 for an unknown one."""
        return {stage: 0.0 if isnan(size) else size for stage, size in self.segments.items()}


def plot_costs(comparison: Comparison, width: float) -> Bars:
    """Plot seconds of compute per second of audio, stacked by the stages that any system had."""
    summaries = [system.summary for system in comparison.systems]
    key = {
        stage: _STAGE_LABELS.get(stage, stage)
        for stage in STAGES
        if any(summary.cost.stages[stage] > 0 for summary in summaries)
    }
    values = [
        _Value(s.name, {at: s.cost.stages[at] for at in key}, format_number(s.cost.rtf, 3))
        for s in summaries
    ]
    description = " ".join(_describe(value, key) for value in values)
    return _plot(values, comparison, width, description, key)


def plot_causes(comparison: Comparison, width: float) -> Bars:
    """Plot the mean commit latency of the emitted words, stacked by cause.

    A system that waits for the end of a call would dwarf the others, and is left out.
    """
    streaming = [s for s in comparison.systems if get_policy_name(s) != "offline"]
    values = [_average_causes(system) for system in streaming or comparison.systems]
    key = {c: label for c, label in CAUSES.items() if any(v.segments[c] > 0 for v in values)}
    description = " ".join(_describe(value, key, 2) for value in values)
    return _plot(values, comparison, width, description, key)


def _average_causes(system: System) -> _Value:
    """Average each cause; one below 0, from words committed before their end, has no length."""
    words = select_timed_words(system.scores.words)
    emitted = words[np.isfinite(words["committed"].to_numpy(float))]
    means = {cause: float(emitted[cause].mean()) if len(emitted) else 0.0 for cause in CAUSES}
    text = format_seconds(sum(means.values())) if len(emitted) else NEVER
    return _Value(system.summary.name, {c: max(mean, 0.0) for c, mean in means.items()}, text)


def _describe(value: _Value, key: Mapping[str, str], digits: int = 3) -> str:
    sizes = value.segments
    stages = (f", {label} {format_number(sizes[at], digits)}" for at, label in key.items())
    return f"{value.system}: {value.text} in all{''.join(stages)}."


def _plot(
    values: Sequence[_Value],
    comparison: Comparison,
    width: float,
    description: str,
    key: Mapping[str, str],
) -> Bars:
    axis, styles = _make_axis(values, width), assign_styles(comparison)
    bars = [_make_bar(value, 2.0 + at * _PITCH, axis, styles) for at, value in enumerate(values)]
    height = 10.0 + len(bars) * _PITCH
    return Bars(Frame(width, height, 0, width, 0, height), _BAR, bars, description, key)


def _make_axis(values: Sequence[_Value], width: float) -> Axis:
    """Make one scale for all bars, with room for the label after the longest."""
    names = (shorten(value.system, _NAME) for value in values)
    room = max(map(estimate_width, names), default=0.0) + 70
    longest = max((sum(value.lengths.values()) for value in values), default=0.0)
    return Axis(0, longest or 1.0, 12, max(width - room, width / 4))


def _make_bar(value: _Value, y: float, axis: Axis, styles: Mapping[str, Style]) -> Bar:
    return Bar(
        style=styles[value.system],
        y=y,
        parts=_make_parts(value.lengths, axis),
        end=axis.to_pixel(sum(value.lengths.values())),
        value=value.text,
        name=shorten(value.system, _NAME),
    )


def _make_parts(segments: Mapping[str, float], axis: Axis) -> list[Part]:
    parts, x = [], axis.begin
    for stage, segment in segments.items():
        length = axis.to_pixel(segment) - axis.begin
        text = format_number(segment, 3) if length > 44 and len(segments) > 1 else ""
        parts.append(Part(round(x, 1), round(length, 1), stage, text))
        x += length
    return parts
