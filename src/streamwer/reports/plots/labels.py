"""Where labels go, so that no two of them cover each other."""

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
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def text_width(text: str) -> float:
    """About how wide a text is, in pixels."""
    return _CHARACTER * len(text)


def beside_points(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    bars: Sequence[Box],
    frame: Frame,
) -> list[Box]:
    """A box for the label of each point, in a corner beside it, off all other labels and points.

    Args:
        bars: what labels stay off as well where they can.
    """
    taken = [Box(x - 7, y - 7, x + 7, y + 7) for x, y in points]
    placed = []
    for (x, y), (width, height) in zip(points, sizes, strict=True):
        corners = _corners(x, y, width, height)
        free = [box for box in corners if _fits(box, taken, frame)]
        clear = [box for box in free if not any(box.overlaps(bar) for bar in bars)]
        box = (clear or free or corners)[0]
        taken.append(box)
        placed.append(box)
    return placed


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """The wanted heights, pushed apart to at least `gap` and kept between `low` and `high`."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    found, floor = [0.0] * len(wanted), low
    for index in order:
        found[index] = max(wanted[index], floor)
        floor = found[index] + gap
    ceiling = high
    for index in reversed(order):
        found[index] = min(found[index], ceiling)
        ceiling = found[index] - gap
    return found


def _fits(box: Box, taken: Sequence[Box], frame: Frame) -> bool:
    inside = box.left >= frame.left and box.right <= frame.width and box.top >= 0
    return inside and box.bottom <= frame.bottom and not any(box.overlaps(b) for b in taken)


def _corners(x: float, y: float, width: float, height: float) -> list[Box]:
    found = []
    for away in range(5, 120, 17):
        for left in (x + 9, x - 9 - width):
            found += [
                Box(left, top, left + width, top + height) for top in (y - away - height, y + away)
            ]
    return found
