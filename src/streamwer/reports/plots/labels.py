"""The placement of labels, so that no two of them overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from streamwer.reports.plots.axis import Frame

_CHARACTER = 6.9
"""Mean width of a character of a 12-pixel system font, generously."""


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Tell whether the boxes share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def estimate_width(text: str) -> float:
    """Estimate the width of a text, in pixels."""
    return _CHARACTER * len(text)


def place_labels(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    bars: Sequence[Box],
    frame: Frame,
) -> list[Box]:
    """Place the label of each point in a corner beside it, off all other labels and points.

    Args:
        points: x and y, in pixels.
        sizes: width and height of each label, in pixels.
        bars: further boxes to avoid where possible.
        frame: the area of the plot.
    """
    occupied = [Box(x - 7, y - 7, x + 7, y + 7) for x, y in points]
    placed = []
    for (x, y), (width, height) in zip(points, sizes, strict=True):
        corners = _list_corners(x, y, width, height)
        free = [box for box in corners if _fits(box, occupied, frame)]
        clear = [box for box in free if not any(box.overlaps(bar) for bar in bars)]
        box = (clear or free or corners)[0]
        occupied.append(box)
        placed.append(box)
    return placed


def spread_heights(heights: Sequence[float], gap: float, frame: Frame) -> list[float]:
    """Push heights apart to at least `gap` pixels, and keep them within the frame.

    Args:
        heights: of the labels, in pixels.
        gap: smallest distance between two labels, in pixels.
        frame: the area of the plot.
    """
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    spread, floor = [0.0] * len(heights), frame.top + 4
    for index in order:
        spread[index] = max(heights[index], floor)
        floor = spread[index] + gap
    ceiling = frame.bottom - 20
    for index in reversed(order):
        spread[index] = min(spread[index], ceiling)
        ceiling = spread[index] - gap
    return spread


def _fits(box: Box, occupied: Sequence[Box], frame: Frame) -> bool:
    inside = box.left >= frame.left and box.right <= frame.width and box.top >= 0
    return inside and box.bottom <= frame.bottom and not any(box.overlaps(b) for b in occupied)


def _list_corners(x: float, y: float, width: float, height: float) -> list[Box]:
    corners = []
    for away in range(5, 120, 17):
        for left in (x + 9, x - 9 - width):
            corners += [
                Box(left, top, left + width, top + height) for top in (y - away - height, y + away)
            ]
    return corners
