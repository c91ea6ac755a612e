"""A colour-blind-safe colour and a marker for each system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.reports.comparison import Comparison

# Okabe & Ito's colours are CSS variables --s1 … --s6 in style.css; --s0 is the baseline's grey.
COLOURS = 6
MARKERS = ("circle", "square", "triangle", "diamond", "cross")


@dataclass(frozen=True)
class Style:
    """Name, CSS colour and marker of a system, the same in every plot and table."""

    name: str
    colour: str
    marker: str


def assign_styles(comparison: Comparison, more: Sequence[str] = ()) -> dict[str, Style]:
    """Assign one style per system, also to those named in `more`.

    The baseline is grey wherever it stands in the order.
    """
    names = [system.summary.name for system in comparison.systems]
    names += [name for name in more if name not in names]
    compared = [name for name in names if name != comparison.baseline]
    styles = {}
    for name in names:
        at = 0 if name == comparison.baseline else 1 + compared.index(name)
        colour = at and 1 + (at - 1) % COLOURS
        styles[name] = Style(name, f"var(--s{colour})", MARKERS[at % len(MARKERS)])
    return styles
