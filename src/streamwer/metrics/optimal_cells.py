"""All cells of the edit-distance table that some minimum-edit alignment passes through.

Bit-parallel (Hyyrö 2003, after Myers 1999): a row of the table is a few integers of one bit per
hypothesis token, so an hour of words takes a fraction of a second.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class _Row(NamedTuple):
    """Where the distance rises or falls by 1 from a token of the hypothesis to the next."""

    rises: int
    falls: int


class _Edges(NamedTuple):
    """Bit j is set where a shortest way reaches cell (i, j) by this edge."""

    deleting: int
    pairing: int
    inserting: int


def optimal_cells(reference: Sequence[str], hypothesis: Sequence[str]) -> list[int]:
    """For each i = 0 … n an integer whose bit j says whether an optimal alignment visits (i, j).

    Cell (i, j) stands between the first i reference tokens and the first j hypothesis tokens and
    the rest.
    """
    width = len(hypothesis)
    places = _places(hypothesis)
    matches = [places.get(token, 0) for token in reference]
    found = [0] * (len(reference) + 1)
    cells = 1 << width
    for at, edges in _backwards(matches, width):
        cells = _flooded(cells, edges.inserting)
        found[at] = cells
        cells = (cells & edges.deleting) | ((cells & edges.pairing) >> 1)
    found[0] = _flooded(cells, ~1 & ((2 << width) - 1))
    return found


def _places(hypothesis: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for at, token in enumerate(hypothesis):
        places[token] = places.get(token, 0) | 1 << at
    return places


def _flooded(cells: int, inserting: int) -> int:
    """With the cells from which an insertion leads to one of these."""
    fresh = cells
    while fresh := ((fresh & inserting) >> 1) & ~cells:
        cells |= fresh
    return cells


def _backwards(matches: Sequence[int], width: int) -> Iterator[tuple[int, _Edges]]:
    """The edges into each row, from the last one to row 1.

    Rows are worked out forwards, in stretches: what is kept is the square root of all.
    """
    stretch = math.isqrt(len(matches)) + 1
    row = _Row((1 << width) - 1, 0)
    begins = []
    for at, match in enumerate(matches):
        if at % stretch == 0:
            begins.append(row)
        row, _ = _next(row, match, width)
    for number in reversed(range(len(begins))):
        first, row, kept = number * stretch, begins[number], []
        for match in matches[first : first + stretch]:
            row, edges = _next(row, match, width)
            kept.append(edges)
        yield from ((first + at + 1, kept[at]) for at in reversed(range(len(kept))))


def _next(row: _Row, match: int, width: int) -> tuple[_Row, _Edges]:
    """One step of Hyyrö's recursion, and the edges it leaves open."""
    mask = (1 << width) - 1
    same = (((match & row.rises) + row.rises) ^ row.rises) | match | row.falls
    longer = (row.falls | ~(same | row.rises)) & mask  # than in the row before, at each token
    shorter = row.rises & same
    shifted = (longer << 1) | 1
    rises = ((shorter << 1) | ~(same | shifted)) & mask
    falls = shifted & same & mask
    pairing = (~same | match) & mask
    return _Row(rises, falls), _Edges(shifted, pairing << 1, rises << 1)
