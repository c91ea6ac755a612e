"""Colours and markers of a sweep's points: by their policy, or by another choice that varies."""

from __future__ import annotations

from streamwer.analysis.sweeps.point import Point
from streamwer.reports.palette import COLOURS, MARKERS, Style
from streamwer.reports.sweep.findings import Findings


class Looks:
    """A style for each value of the first choice that was varied; one for all if none was."""

    def __init__(self, found: Findings) -> None:
        self._found = found
        values = {axis: self._values(axis) for axis in found.axes if "." not in axis}
        few = (axis for axis, each in values.items() if 1 < len(each) <= COLOURS)
        self.axis = next(few, "")
        names = values.get(self.axis, [""])
        self.styles = {name: _style(at, name) for at, name in enumerate(names)}

    def of(self, point: Point) -> Style:
        """The style of a point."""
        return self.styles[self._found.levels(point)[self.axis] if self.axis else ""]

    def _values(self, axis: str) -> list[str]:
        points = self._found.sweep.points
        return list(dict.fromkeys(self._found.levels(point)[axis] for point in points))


def _style(at: int, name: str) -> Style:
    return Style(name, f"var(--s{1 + at % COLOURS})", MARKERS[at % len(MARKERS)])
