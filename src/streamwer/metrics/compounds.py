"""Compounds: words alike but for the spaces in them, as "ice cream" and "icecream".

Such a word came. Whether it counts as an error is the normaliser's choice; when it came, and that
it did, does not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from streamwer.metrics.tokens import Token
from streamwer.text.word_alignment import Pair, align_words


class Compound(NamedTuple):
    """Neighbouring reference tokens and the hypothesis tokens with the same letters."""

    reference: range
    hypothesis: range


def find_compounds(
    reference: Sequence[str], hypothesis: Sequence[str], pairs: Sequence[Pair]
) -> Iterator[Compound]:
    """Find the compounds among the errors of an alignment, in order.

    Args:
        reference: its tokens.
        hypothesis: its tokens.
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
            yield from _find_in_errors(reference, hypothesis, range(i, ends[0]), range(j, ends[1]))
        i, j = ends


def _find_in_errors(
    reference: Sequence[str], hypothesis: Sequence[str], ref: range, hyp: range
) -> Iterator[Compound]:
    """Yield the first compound at each place of a run of errors."""
    i, j = ref.start, hyp.start
    while i < ref.stop:
        starts = range(j, hyp.stop)
        found = (
            _match_letters(reference, hypothesis, i, start, ref.stop, hyp.stop) for start in starts
        )
        compound = next(filter(None, found), None)
        if compound is None:
            i += 1
            continue
        yield compound
        i, j = compound.reference.stop, compound.hypothesis.stop


def _match_letters(
    reference: Sequence[str], hypothesis: Sequence[str], i: int, j: int, most_i: int, most_j: int
) -> Compound | None:
    """Return the compound that begins at two tokens; None if there is none.

    The side with fewer letters takes its next token. The same token on both sides is another
    occurrence of it, which the alignment left apart: spaces have nothing to do with it.
    """
    upto_i, upto_j = i + 1, j + 1
    ref, hyp = reference[i], hypothesis[j]
    if ref == hyp:
        return None
    while ref != hyp:
        if len(ref) < len(hyp) and hyp.startswith(ref) and upto_i < most_i:
            ref, upto_i = ref + reference[upto_i], upto_i + 1
        elif len(hyp) < len(ref) and ref.startswith(hyp) and upto_j < most_j:
            hyp, upto_j = hyp + hypothesis[upto_j], upto_j + 1
        else:
            return None
    return Compound(range(i, upto_i), range(j, upto_j))


def respace_tokens(reference: Sequence[str], hypothesis: Sequence[Token]) -> list[Token]:
    """Split and join hypothesis tokens as the reference has them, where only spaces differ.

    The reference's tokens stay, so that all systems have as many.
    """
    texts = [token.text for token in hypothesis]
    found: list[Token] = []
    upto = 0
    for ref, hyp in find_compounds(reference, texts, align_words(reference, texts)):
        first, last = hypothesis[hyp.start].first, hypothesis[hyp.stop - 1].last
        found += hypothesis[upto : hyp.start]
        found += [Token(reference[at], first, last) for at in ref]
        upto = hyp.stop
    return [*found, *hypothesis[upto:]]


def map_compounds(
    reference: Sequence[str], hypothesis: Sequence[str], pairs: Sequence[Pair]
) -> dict[int, int]:
    """Map reference tokens that came in a compound to the hypothesis token that completed them.

    Args:
        reference: its tokens.
        hypothesis: its tokens.
        pairs: how both are aligned.
    """
    found = find_compounds(reference, hypothesis, pairs)
    return {at: hyp.stop - 1 for ref, hyp in found for at in ref}
