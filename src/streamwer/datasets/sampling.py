"""Sampling of rows: the first ones, or some drawn by a seed."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from streamwer.datasets.rows import DatasetRow, RowProblem, RowSource


def limit_rows(source: RowSource, limit: int | None, seed: int | None) -> RowSource:
    """Limit a source to the rows that are to be used, in its own order.

    Args:
        source: of all rows; its problems are not among them, and stay.
        limit: how many; None for all of them, and then there is nothing to draw.
        seed: draws the rows; None for the first ones.
    """
    if limit is None:
        return source
    total = limit if source.total is None else min(limit, source.total)
    used = islice(source.rows, limit) if seed is None else _sample_rows(source, limit, seed)
    return replace(source, rows=used, total=total)


def draw_row_numbers(total: int, limit: int, seed: int) -> list[int]:
    """Draw the numbers of some rows, counted from 0, in ascending order.

    Every set of rows is equally likely. The draw is by SHA-256 of seed and number, which no
    release of a library changes, and a larger limit keeps the rows of a smaller one.

    Args:
        total: number of rows to draw from.
        limit: number of rows to draw.
        seed: of the draw.
    """

    def hash_row(number: int) -> bytes:
        return hashlib.sha256(f"{seed} {number}".encode()).digest()

    return sorted(heapq.nsmallest(limit, range(total), key=hash_row))


def _sample_rows(source: RowSource, limit: int, seed: int) -> Iterable[DatasetRow | RowProblem]:
    if source.sample is not None:
        yield from source.sample(limit, seed)
        return
    rows = list(source.rows)  # their audio is not read yet
    for number in draw_row_numbers(len(rows), limit, seed):
        yield rows[number]
