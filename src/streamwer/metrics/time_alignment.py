"""Of all minimum-edit alignments with given error counts, the one that pairs words by time.

A word that was said twice and heard once could be either; edit distance does not care, but the
latency is that of one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from streamwer.metrics.optimal_cells import optimal_cells

LARGEST = 20_000
"""Cells of the largest stretch that is searched. A larger one has hardly a word right; its words
stay paired as they were."""

Way = tuple[tuple[int, int], ...]
"""Pairs of a reference and a hypothesis token, hits and substitutions, in order."""


class Tokens(NamedTuple):
    """The tokens of a text and when each of them ended, in seconds; NaN where that is not known."""

    texts: Sequence[str]
    ends: Sequence[float]


class _Cell(NamedTuple):
    """Between the first i reference and j hypothesis tokens and the rest."""

    i: int
    j: int


class _Best(NamedTuple):
    """The least time distance to a cell with so many hits; the cell and the hits before it."""

    distance: float
    before: _Cell
    hits: int


class _Option(NamedTuple):
    """The best way through a stretch, or through all up to its end, with so many hits."""

    distance: float
    way: Way
    before: _Option | None = None


_Reached = dict[_Cell, tuple[int, dict[int, _Best]]]
"""A cell's edit distance, and the best ways there by their number of hits."""


def nearest_pairs(reference: Tokens, hypothesis: Tokens, pairs: Way) -> Way:
    """Pairs with the least sum of `|end − end|`, of as many edits and hits as those given.

    Args:
        reference: what was said.
        hypothesis: what was heard.
        pairs: those of a minimum-edit alignment.
    """
    chosen = {0: _Option(0.0, ())}
    for options in _stretches(reference, hypothesis, pairs):
        chosen = _joined(chosen, options)
    option: _Option | None = chosen[_hits(reference, hypothesis, pairs)]
    ways = []
    while option is not None:
        ways.append(option.way)
        option = option.before
    return tuple(pair for way in reversed(ways) for pair in way)


def _hits(reference: Tokens, hypothesis: Tokens, pairs: Iterable[tuple[int, int]]) -> int:
    return sum(reference.texts[i] == hypothesis.texts[j] for i, j in pairs)


def _joined(chosen: Mapping[int, _Option], options: Mapping[int, _Option]) -> dict[int, _Option]:
    """The best ways through one more stretch, by their number of hits in all."""
    found: dict[int, _Option] = {}
    for before, upto in chosen.items():
        for hits, option in options.items():
            distance = upto.distance + option.distance
            known = found.get(before + hits)
            if known is None or distance < known.distance:
                found[before + hits] = _Option(distance, option.way, upto)
    return found


def _stretches(reference: Tokens, hypothesis: Tokens, pairs: Way) -> Iterator[dict[int, _Option]]:
    """The ways from each cell that all alignments share to the next such cell."""
    rows = optimal_cells(reference.texts, hypothesis.texts)
    sure: list[tuple[int, int]] = []
    for begin, end in pairwise(_shared(rows, len(hypothesis.texts))):
        if end.i == begin.i + 1 and rows[begin.i].bit_count() == rows[end.i].bit_count() == 1:
            sure += [begin] if end.j > begin.j else []
            continue
        yield _only(sure, reference, hypothesis)
        sure = []
        if sum(row.bit_count() for row in rows[begin.i : end.i + 1]) > LARGEST:
            kept = [pair for pair in pairs if begin.i <= pair[0] < end.i]
            yield _only(kept, reference, hypothesis)
        else:
            yield _ways(rows, begin, end, reference, hypothesis)
    yield _only(sure, reference, hypothesis)


def _shared(rows: Sequence[int], width: int) -> list[_Cell]:
    last = _Cell(len(rows) - 1, width)
    alone = [_Cell(i, row.bit_length() - 1) for i, row in enumerate(rows) if row.bit_count() == 1]
    return list(dict.fromkeys((_Cell(0, 0), *alone, last)))


def _only(
    pairs: Sequence[tuple[int, int]], reference: Tokens, hypothesis: Tokens
) -> dict[int, _Option]:
    """No choice; a distance that all alignments have in common need not be added."""
    return {_hits(reference, hypothesis, pairs): _Option(0.0, tuple(pairs))}


def _ways(
    rows: Sequence[int], begin: _Cell, end: _Cell, reference: Tokens, hypothesis: Tokens
) -> dict[int, _Option]:
    """The best way from one cell to another for each number of hits."""
    reached: _Reached = {begin: (0, {0: _Best(0.0, begin, 0)})}
    for i in range(begin.i, end.i + 1):
        for j in _columns(rows[i]):
            if (cell := _Cell(i, j)) != begin:
                _reach(cell, reached, reference, hypothesis)
    return {
        hits: _Option(best.distance, _traced(end, hits, begin, reached))
        for hits, best in reached[end][1].items()
    }


def _columns(row: int) -> Iterator[int]:
    """The set bits, from the lowest."""
    while row:
        lowest = row & -row
        yield lowest.bit_length() - 1
        row ^= lowest


def _reach(cell: _Cell, reached: _Reached, reference: Tokens, hypothesis: Tokens) -> None:
    """Find the best ways to a cell from the three before it."""
    i, j = cell
    least, ways = len(reference.texts) + len(hypothesis.texts), {}  # type: int, dict[int, _Best]
    for before in (_Cell(i - 1, j - 1), _Cell(i - 1, j), _Cell(i, j - 1)):
        if before not in reached:
            continue
        errors, known = reached[before]
        paired = before.i < i and before.j < j
        hit = paired and reference.texts[i - 1] == hypothesis.texts[j - 1]
        apart = abs(reference.ends[i - 1] - hypothesis.ends[j - 1]) if paired else 0.0
        if errors + (not hit) < least:
            least, ways = errors + (not hit), {}
        if errors + (not hit) == least:
            for hits, best in known.items():
                distance = best.distance + (apart if apart == apart else 0.0)  # NaN: not known
                if hits + hit not in ways or distance < ways[hits + hit].distance:
                    ways[hits + hit] = _Best(distance, before, hits)
    reached[cell] = (least, ways)


def _traced(cell: _Cell, hits: int, begin: _Cell, reached: _Reached) -> Way:
    pairs = []
    while cell != begin:
        best = reached[cell][1][hits]
        if best.before.i < cell.i and best.before.j < cell.j:
            pairs.append((cell.i - 1, cell.j - 1))
        cell, hits = best.before, best.hits
    return tuple(reversed(pairs))
