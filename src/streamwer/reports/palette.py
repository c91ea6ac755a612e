"""How each system looks: a colour-blind-safe colour and a marker of its own."""

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


def styles(comparison: Comparison, more: Sequence[str] = ()) -> dict[str, Style]:
    """One style per system; the baseline stays grey wherever it stands in the order.

    Args:
        more: names of systems that are not compared, but shown somewhere.
    """
    names = [system.summary.name for system in comparison.systems]
    names += [name for name in more if name not in names]
    others = [name for name in names if name != comparison.baseline]
    found = {}
    for name in names:
        at = 0 if name == comparison.baseline else 1 + others.index(name)
        colour = at and 1 + (at - 1) % COLOURS
        found[name] = Style(name, f"var(--s{colour})", MARKERS[at % len(MARKERS)])
    return found
