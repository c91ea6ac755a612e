"""Colours and markers of the points of a sweep, by policy or by another setting that varies."""

from __future__ import annotations

from streamwer.analysis.sweeps.point import SweepPoint
from streamwer.reports.palette import COLOURS, MARKERS, Style
from streamwer.reports.sweep.findings import Findings


class PointStyles:
    """A style for each value of the first setting that was varied; one for all if none was."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        values = {axis: self._list_values(axis) for axis in findings.axes if "." not in axis}
        few = (axis for axis, distinct in values.items() if 1 < len(distinct) <= COLOURS)
        self.axis = next(few, "")
        names = values.get(self.axis, [""])
        self.styles = {
            name: Style(name, f"var(--s{1 + at % COLOURS})", MARKERS[at % len(MARKERS)])
            for at, name in enumerate(names)
        }

    def get_style(self, point: SweepPoint) -> Style:
        """Return the style of a point."""
        return self.styles[self._findings.get_levels(point)[self.axis] if self.axis else ""]

    def _list_values(self, axis: str) -> list[str]:
        points = self._findings.sweep.points
        return list(dict.fromkeys(self._findings.get_levels(point)[axis] for point in points))
