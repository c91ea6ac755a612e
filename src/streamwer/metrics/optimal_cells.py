"""Cells of the edit-distance table that some minimum-edit alignment passes through.

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


def find_optimal_cells(reference: Sequence[str], hypothesis: Sequence[str]) -> list[int]:
    """Find the cells that optimal alignments visit: bit j of integer i stands for (i, j).

    Cell (i, j) stands between the first i reference tokens and the first j hypothesis tokens and
    the rest.
    """
    width = len(hypothesis)
    places = _index_tokens(hypothesis)
    matches = [places.get(token, 0) for token in reference]
    found = [0] * (len(reference) + 1)
    cells = 1 << width
    for at, edges in _iterate_backwards(matches, width):
        cells = _add_insertions(cells, edges.inserting)
        found[at] = cells
        cells = (cells & edges.deleting) | ((cells & edges.pairing) >> 1)
    found[0] = _add_insertions(cells, ~1 & ((2 << width) - 1))
    return found


def _index_tokens(hypothesis: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for at, token in enumerate(hypothesis):
        places[token] = places.get(token, 0) | 1 << at
    return places


def _add_insertions(cells: int, inserting: int) -> int:
    """Add the cells from which an insertion leads to one of these."""
    fresh = cells
    while fresh := ((fresh & inserting) >> 1) & ~cells:
        cells |= fresh
    return cells


def _iterate_backwards(matches: Sequence[int], width: int) -> Iterator[tuple[int, _Edges]]:
    """Yield the edges into each row, from the last one to row 1.

    Rows are worked out forwards, in blocks: only the square root of all is kept.
    """
    block = math.isqrt(len(matches)) + 1
    row = _Row((1 << width) - 1, 0)
    begins = []
    for at, match in enumerate(matches):
        if at % block == 0:
            begins.append(row)
        row, _ = _compute_next_row(row, match, width)
    for number in reversed(range(len(begins))):
        first, row, edges_of = number * block, begins[number], []
        for match in matches[first : first + block]:
            row, edges = _compute_next_row(row, match, width)
            edges_of.append(edges)
        yield from ((first + at + 1, edges_of[at]) for at in reversed(range(len(edges_of))))


def _compute_next_row(row: _Row, match: int, width: int) -> tuple[_Row, _Edges]:
    """Compute one step of Hyyrö's recursion, and the edges it leaves open."""
    mask = (1 << width) - 1
    same = (((match & row.rises) + row.rises) ^ row.rises) | match | row.falls
    longer = (row.falls | ~(same | row.rises)) & mask  # than in the row before, at each token
    shorter = row.rises & same
    shifted = (longer << 1) | 1
    rises = ((shorter << 1) | ~(same | shifted)) & mask
    falls = shifted & same & mask
    pairing = (~same | match) & mask
    return _Row(rises, falls), _Edges(shifted, pairing << 1, rises << 1)
