"""Words that are alike but for the spaces in them: "ice cream" and "icecream", "won t" and "wont".

Such a word came. Whether it counts as an error is the normaliser's choice; when it came, and that
it did, does not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from streamwer.metrics.alignment import Pair, align
from streamwer.metrics.tokens import Token


class Compound(NamedTuple):
    """Neighbouring reference tokens and the hypothesis tokens with the same letters."""

    reference: range
    hypothesis: range


def find_compounds(
    reference: Sequence[str], hypothesis: Sequence[str], pairs: Sequence[Pair]
) -> Iterator[Compound]:
    """Find the compounds among the errors of an alignment, in order.

    Args:
        reference: the tokens that were said.
        hypothesis: those that were heard.
        pairs: how both are aligned.
    """
    i = j = 0
    for right, group in groupby(pairs, lambda pair: pair.status == "hit"):
        run = list(group)
        ends = (
            i + sum(pair.reference is not None for pair in run),
            j + sum(pair.hypothesis is not None for pair in run),
        )
        if not right:
            yield from _within(reference, hypothesis, range(i, ends[0]), range(j, ends[1]))
        i, j = ends


def _within(
    reference: Sequence[str], hypothesis: Sequence[str], mine: range, theirs: range
) -> Iterator[Compound]:
    """The first compound at each place of a stretch of errors."""
    i, j = mine.start, theirs.start
    while i < mine.stop:
        starts = range(j, theirs.stop)
        found = (_from(reference, hypothesis, i, start, mine.stop, theirs.stop) for start in starts)
        compound = next(filter(None, found), None)
        if compound is None:
            i += 1
            continue
        yield compound
        i, j = compound.reference.stop, compound.hypothesis.stop


def _from(
    reference: Sequence[str], hypothesis: Sequence[str], i: int, j: int, most_i: int, most_j: int
) -> Compound | None:
    """The compound that begins at two tokens: the side with fewer letters takes the next one."""
    upto_i, upto_j = i + 1, j + 1
    mine, theirs = reference[i], hypothesis[j]
    while mine != theirs:
        if len(mine) < len(theirs) and theirs.startswith(mine) and upto_i < most_i:
            mine, upto_i = mine + reference[upto_i], upto_i + 1
        elif len(theirs) < len(mine) and mine.startswith(theirs) and upto_j < most_j:
            theirs, upto_j = theirs + hypothesis[upto_j], upto_j + 1
        else:
            return None
    return Compound(range(i, upto_i), range(j, upto_j))


def respace(reference: Sequence[str], heard: Sequence[Token]) -> list[Token]:
    """Part and join what was heard as the reference has it, where only spaces differ.

    Args:
        reference: the tokens that were said; they stay, so that all systems have as many.
        heard: what was heard.
    """
    texts = [token.text for token in heard]
    found: list[Token] = []
    upto = 0
    for mine, theirs in find_compounds(reference, texts, align(reference, texts)):
        first, last = heard[theirs.start].first, heard[theirs.stop - 1].last
        found += heard[upto : theirs.start]
        found += [Token(reference[at], first, last) for at in mine]
        upto = theirs.stop
    return [*found, *heard[upto:]]


def map_compounds(
    reference: Sequence[str], hypothesis: Sequence[str], pairs: Sequence[Pair]
) -> dict[int, int]:
    """For reference tokens that came in a compound, the hypothesis token that completed them.

    Arguments as of `find_compounds`.
    """
    found = find_compounds(reference, hypothesis, pairs)
    return {at: theirs.stop - 1 for mine, theirs in found for at in mine}
