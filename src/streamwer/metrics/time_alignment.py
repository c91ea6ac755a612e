"""Alignment with as few edits as there can be, in which words nearest in time are paired.

A word that was said twice and heard once could be either; edit distance does not care, but the
latency is that of one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from streamwer.metrics.optimal_cells import find_optimal_cells
from streamwer.text.word_alignment import Pair, align_words

MAX_CELLS = 20_000
"""Cells of the largest part that is searched. A larger one has hardly a word right; its words
stay paired as they were."""

TokenPairs = tuple[tuple[int, int], ...]
"""Pairs of a reference and a hypothesis token, hits and substitutions, in order."""


class TimedTokens(NamedTuple):
    """The tokens of a text and the end of each, in seconds; NaN where it is not known."""

    texts: Sequence[str]
    ends: Sequence[float]


class _Cell(NamedTuple):
    """The place after the first i reference and j hypothesis tokens."""

    i: int
    j: int


class _BestPath(NamedTuple):
    """The least time distance to a cell with so many hits; the cell and the hits before it."""

    distance: float
    before: _Cell
    hits: int


class _Option(NamedTuple):
    """The best pairs of a part, or of all up to its end, with so many hits."""

    distance: float
    pairs: TokenPairs
    before: _Option | None = None


_PathTable = dict[_Cell, tuple[int, dict[int, _BestPath]]]
"""A cell's edit distance, and the best paths there by their number of hits."""


def align_words_by_time(reference: TimedTokens, hypothesis: TimedTokens) -> list[Pair]:
    """Align two texts with as many edits and hits as `align_words`, and pairs nearest in time."""
    pairs = align_words(reference.texts, hypothesis.texts)
    if all(pair.status == "hit" for pair in pairs) or not hypothesis.texts:
        return pairs
    first = tuple((i, j) for i, j, _ in pairs if i is not None and j is not None)
    return list(
        _add_unpaired_words(
            choose_nearest_pairs(reference, hypothesis, first), reference, hypothesis
        )
    )


def _add_unpaired_words(
    pairs: TokenPairs, reference: TimedTokens, hypothesis: TimedTokens
) -> Iterator[Pair]:
    """Yield the pairs, and the words between them, which have no partner."""
    i = j = 0
    for ref, hyp in (*pairs, (len(reference.texts), len(hypothesis.texts))):
        yield from (Pair(at, None, "deleted") for at in range(i, ref))
        yield from (Pair(None, at, "inserted") for at in range(j, hyp))
        if ref < len(reference.texts):
            hit = reference.texts[ref] == hypothesis.texts[hyp]
            yield Pair(ref, hyp, "hit" if hit else "substituted")
        i, j = ref + 1, hyp + 1


def choose_nearest_pairs(
    reference: TimedTokens, hypothesis: TimedTokens, pairs: TokenPairs
) -> TokenPairs:
    """Choose pairs with the least sum of `|end − end|`, of as many edits and hits as given ones.

    Args:
        reference: its tokens.
        hypothesis: its tokens.
        pairs: those of a minimum-edit alignment.
    """
    chosen = {0: _Option(0.0, ())}
    for options in _iterate_options(reference, hypothesis, pairs):
        chosen = _combine_options(chosen, options)
    option: _Option | None = chosen[_count_hits(reference, hypothesis, pairs)]
    parts = []
    while option is not None:
        parts.append(option.pairs)
        option = option.before
    return tuple(pair for part in reversed(parts) for pair in part)


def _count_hits(
    reference: TimedTokens, hypothesis: TimedTokens, pairs: Iterable[tuple[int, int]]
) -> int:
    return sum(reference.texts[i] == hypothesis.texts[j] for i, j in pairs)


def _combine_options(
    chosen: Mapping[int, _Option], options: Mapping[int, _Option]
) -> dict[int, _Option]:
    """Combine the best pairs so far with those of one more part, by their hits in all."""
    found: dict[int, _Option] = {}
    for before, upto in chosen.items():
        for hits, option in options.items():
            distance = upto.distance + option.distance
            known = found.get(before + hits)
            if known is None or distance < known.distance:
                found[before + hits] = _Option(distance, option.pairs, upto)
    return found


def _iterate_options(
    reference: TimedTokens, hypothesis: TimedTokens, pairs: TokenPairs
) -> Iterator[dict[int, _Option]]:
    """Yield the options between each cell that all alignments share and the next such cell."""
    rows = find_optimal_cells(reference.texts, hypothesis.texts)
    sure: list[tuple[int, int]] = []
    for begin, end in pairwise(_find_shared_cells(rows, len(hypothesis.texts))):
        if end.i == begin.i + 1 and rows[begin.i].bit_count() == rows[end.i].bit_count() == 1:
            sure += [begin] if end.j > begin.j else []
            continue
        yield _build_only_option(sure, reference, hypothesis)
        sure = []
        if sum(row.bit_count() for row in rows[begin.i : end.i + 1]) > MAX_CELLS:
            inside = [pair for pair in pairs if begin.i <= pair[0] < end.i]
            yield _build_only_option(inside, reference, hypothesis)
        else:
            yield _search_paths(rows, begin, end, reference, hypothesis)
    yield _build_only_option(sure, reference, hypothesis)


def _find_shared_cells(rows: Sequence[int], width: int) -> list[_Cell]:
    last = _Cell(len(rows) - 1, width)
    alone = [_Cell(i, row.bit_length() - 1) for i, row in enumerate(rows) if row.bit_count() == 1]
    return list(dict.fromkeys((_Cell(0, 0), *alone, last)))


def _build_only_option(
    pairs: Sequence[tuple[int, int]], reference: TimedTokens, hypothesis: TimedTokens
) -> dict[int, _Option]:
    """Build the one option; a distance that all alignments share need not be added."""
    return {_count_hits(reference, hypothesis, pairs): _Option(0.0, tuple(pairs))}


def _search_paths(
    rows: Sequence[int], begin: _Cell, end: _Cell, reference: TimedTokens, hypothesis: TimedTokens
) -> dict[int, _Option]:
    """Search the best path from one cell to another for each number of hits."""
    reached: _PathTable = {begin: (0, {0: _BestPath(0.0, begin, 0)})}
    for i in range(begin.i, end.i + 1):
        for j in _iterate_set_bits(rows[i]):
            if (cell := _Cell(i, j)) != begin:
                _extend_paths(cell, reached, reference, hypothesis)
    return {
        hits: _Option(best.distance, _trace_back(end, hits, begin, reached))
        for hits, best in reached[end][1].items()
    }


def _iterate_set_bits(row: int) -> Iterator[int]:
    """Yield the places of the set bits, from the lowest."""
    while row:
        lowest = row & -row
        yield lowest.bit_length() - 1
        row ^= lowest


def _extend_paths(
    cell: _Cell, reached: _PathTable, reference: TimedTokens, hypothesis: TimedTokens
) -> None:
    """Find the best ways to a cell from the three before it."""
    i, j = cell
    least = len(reference.texts) + len(hypothesis.texts)
    ways: dict[int, _BestPath] = {}
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
                    ways[hits + hit] = _BestPath(distance, before, hits)
    reached[cell] = (least, ways)


def _trace_back(cell: _Cell, hits: int, begin: _Cell, reached: _PathTable) -> TokenPairs:
    pairs = []
    while cell != begin:
        best = reached[cell][1][hits]
        if best.before.i < cell.i and best.before.j < cell.j:
            pairs.append((cell.i - 1, cell.j - 1))
        cell, hits = best.before, best.hits
    return tuple(reversed(pairs))
