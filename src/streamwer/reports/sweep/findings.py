"""What a sweep's report says, worked out once for all of its forms."""

from __future__ import annotations

from dataclasses import dataclass

from streamwer.analysis import formatting
from streamwer.analysis.sweeps.axes import flat, level
from streamwer.analysis.sweeps.budgets import Choice, best_within
from streamwer.analysis.sweeps.effects import Effect, main_effects
from streamwer.analysis.sweeps.front import pareto
from streamwer.analysis.sweeps.point import Point
from streamwer.analysis.sweeps.sweep import Sweep


@dataclass(frozen=True)
class Findings:
    """A sweep with all that follows from its points.

    Attributes:
        axes: the settings that were varied.
        front: the points on the Pareto front, the fastest first.
        choices: the best point for each latency budget.
        effects: the main effect of each axis.
    """

    sweep: Sweep
    axes: tuple[str, ...]
    front: tuple[Point, ...]
    choices: tuple[Choice, ...]
    effects: tuple[Effect, ...]

    def levels(self, point: Point) -> dict[str, str]:
        """The point's value on every axis."""
        config = flat(point.config)
        return {axis: level(config, axis) for axis in self.axes}

    def label(self, point: Point) -> str:
        """What sets the point apart: "local_agreement, chunk_s 0.5"."""
        said = [
            value if "." not in axis else f"{axis.rpartition('.')[2]} {value}"
            for axis, value in self.levels(point).items()
            if value != "–"
        ]
        return ", ".join(said) or f"point {point.name}"

    @property
    def unplaced(self) -> list[Point]:
        """Points that have figures, but no finite WER or p95."""
        return [p for p in self.sweep.points if not p.failure and not p.placed]


def findings(sweep: Sweep) -> Findings:
    """The front, the best points and the main effects of a sweep."""
    points, axes = sweep.points, tuple(sweep.axes)
    on_front = pareto([(point.delay, point.errors) for point in points])
    return Findings(
        sweep=sweep,
        axes=axes,
        front=tuple(points[at] for at in on_front),
        choices=tuple(best_within(points, sweep.budgets, sweep.scores, sweep.scoring)),
        effects=tuple(main_effects(points, sweep.scores, axes, sweep.scoring)),
    )


def sentences(found: Findings) -> list[str]:
    """The result in words."""
    points = found.sweep.points
    sized = f"{formatting.count(len(points), 'point')} over {_list(found.axes) or 'one setting'}"
    said = _of_front(found, sized) if found.front else _without_front(found, sized)
    if found.sweep.failures:
        count = formatting.count(len(found.sweep.failures), "point")
        said.append(f"{count} failed: the list below has the reasons.")
    return said


def _of_front(found: Findings, sized: str) -> list[str]:
    accurate, fast = found.front[-1], found.front[0]
    said = [f"{sized}; {len(found.front)} on the Pareto front."]
    said.append(f"Fewest errors: {found.label(accurate)}, {at(accurate)}.")
    if fast is not accurate:
        said.append(f"Fastest: {found.label(fast)}, {at(fast)}.")
    return said


def _without_front(found: Findings, sized: str) -> list[str]:
    said = [f"{sized}; none has both a WER and a 95th percentile of its latency."]
    if any(point.p95.value is None for point in found.unplaced):
        said.append(
            "A 95th percentile needs 72 words that have times: take more recordings, or find word"
            " times with alignment=forced (docs/word-times.md)."
        )
    return said


def at(point: Point) -> str:
    """Both objectives of a point, in words."""
    return f"WER {formatting.percent(point.errors)} at p95 {formatting.seconds(point.p95.value)}"


def _list(axes: tuple[str, ...]) -> str:
    return " × ".join(axes)
