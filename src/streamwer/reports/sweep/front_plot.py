"""WER against the latency: all points and their Pareto front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from streamwer.analysis.formatting import format_figures
from streamwer.analysis.sweeps.point import MEASURES, SweepPoint
from streamwer.reports.plots.axis import (
    Axis,
    Frame,
    Plot,
    cap_ends,
    get_ends,
    make_rate_axis,
    make_seconds_axis,
)
from streamwer.reports.plots.labels import Box, estimate_width, place_labels
from streamwer.reports.plots.scatter import ScatterMark, place_mark
from streamwer.reports.sweep.findings import Findings
from streamwer.reports.sweep.point_styles import PointStyles

WIDE = Frame(width=1120, height=520, left=56, right=1100, top=36, bottom=464)
NARROW = Frame(width=360, height=400, left=44, right=350, top=32, bottom=346)
_LABELLED = {WIDE.width: 14, NARROW.width: 5}
"""Points of the front with a label, by width; all of them have a number in the table."""

_MAX_LABEL = 60
"""Characters of a label; a point whose settings take more has its number."""


@dataclass(frozen=True, kw_only=True)
class FrontPlot(Plot):
    """The geometry of the plot."""

    marks: list[ScatterMark]
    steps: str


def plot_front(findings: Findings, frame: Frame) -> FrontPlot:
    """Lay the plot out in a frame."""
    shown = [point for point in findings.sweep.points if point.is_finite]
    late = cap_ends(get_ends(point.late) for point in shown)
    x = make_seconds_axis(late, frame.left + 10, frame.right)
    rates = cap_ends(get_ends(point.wer) for point in shown)
    y = make_rate_axis(rates, frame.bottom, frame.top)
    return FrontPlot(
        frame=frame,
        marks=_place_marks(findings, shown, x, y, frame),
        steps=_draw_steps(findings.front, x, y, frame),
        x_ticks=x.make_ticks(9),
        y_ticks=y.make_ticks(6, 100),
        log=x.log,
        description=" ".join(f"{p.name}: {_make_title(findings, p)}." for p in findings.front),
    )


def _place_marks(
    findings: Findings, shown: Sequence[SweepPoint], x: Axis, y: Axis, frame: Frame
) -> list[ScatterMark]:
    """Place the points, those of the front last, so that they lie on top."""
    styles = PointStyles(findings)
    labels = _label_front(findings, x, y, frame)
    order = [point for point in shown if point not in findings.front] + list(findings.front)
    marks = []
    for point in order:
        ends = get_ends(point.late), get_ends(point.wer)
        mark = place_mark(point.name, styles.get_style(point), *ends, x, y)
        label, text = labels.get(point.name, (None, ""))
        front, title = point in findings.front, _make_title(findings, point)
        marks.append(replace(mark, on_front=front, title=title, label=label, text=text))
    return marks


def _label_front(
    findings: Findings, x: Axis, y: Axis, frame: Frame
) -> dict[str, tuple[Box | None, str]]:
    """Label the points of the front with their settings, or numbers where room is short."""
    front = _sample(findings.front, _LABELLED[frame.width])
    most = _MAX_LABEL if frame.width == WIDE.width else 0
    labels = {p.name: findings.make_label(p) for p in front}
    texts = [text if len(text) <= most else f"#{name}" for name, text in labels.items()]
    at = [(x.to_pixel(p.delay), y.to_pixel(p.errors)) for p in front]
    boxes = place_labels(at, [(estimate_width(text), 15.0) for text in texts], [], frame)
    return {p.name: (box, text) for p, box, text in zip(front, boxes, texts, strict=True)}


def _sample(points: Sequence[SweepPoint], limit: int) -> list[SweepPoint]:
    """Choose at most `limit` points evenly, with both ends."""
    if len(points) <= limit:
        return list(points)
    return [points[round(at * (len(points) - 1) / (limit - 1))] for at in range(limit)]


def _draw_steps(front: Sequence[SweepPoint], x: Axis, y: Axis, frame: Frame) -> str:
    """Draw the border of the dominated area: down at each point of the front, then on."""
    if not front:
        return ""
    start = f"M{x.to_pixel(front[0].delay):g},{frame.top:g}"
    down = [f"H{x.to_pixel(point.delay):g} V{y.to_pixel(point.errors):g}" for point in front]
    return " ".join([start, *down, f"H{frame.right:g}"])


def _make_title(findings: Findings, point: SweepPoint) -> str:
    wer, late = format_figures(point.wer, point.late)
    return f"{findings.make_label(point)}: WER {wer}, {MEASURES[point.measure]} {late}"
