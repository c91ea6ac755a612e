"""Which hypothesis word stands for which reference word.

jiwer does the alignment; where several have the same counts, time decides between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import jiwer

from streamwer.metrics.time_alignment import Tokens, Way, nearest_pairs
from streamwer.metrics.word_errors import CharErrors, WordErrors
from streamwer.text.words import joined

Status = Literal["hit", "substituted", "deleted", "inserted"]
_STATUS: dict[str, Status] = {
    "equal": "hit",
    "substitute": "substituted",
    "delete": "deleted",
    "insert": "inserted",
}


class Pair(NamedTuple):
    """A reference token and the hypothesis token it is aligned with; None where there is none."""

    reference: int | None
    hypothesis: int | None
    status: Status


def align(reference: Sequence[str], hypothesis: Sequence[str]) -> list[Pair]:
    """Minimum-edit alignment of two token sequences, in order."""
    # jiwer splits at spaces; tokens hold none, so joining and splitting gives them back.
    output = jiwer.process_words(" ".join(reference), " ".join(hypothesis))
    pairs: list[Pair] = []
    for chunk in output.alignments[0]:
        status = _STATUS[chunk.type]
        r = range(chunk.ref_start_idx, chunk.ref_end_idx)
        h = range(chunk.hyp_start_idx, chunk.hyp_end_idx)
        if status == "deleted":
            pairs += [Pair(i, None, status) for i in r]
        elif status == "inserted":
            pairs += [Pair(None, j, status) for j in h]
        else:
            pairs += [Pair(i, j, status) for i, j in zip(r, h, strict=True)]
    return pairs


def align_by_time(reference: Tokens, hypothesis: Tokens) -> list[Pair]:
    """The alignment of as many edits and hits as `align` finds whose pairs are nearest in time."""
    pairs = align(reference.texts, hypothesis.texts)
    if all(pair.status == "hit" for pair in pairs) or not hypothesis.texts:
        return pairs
    given = tuple((i, j) for i, j, _ in pairs if i is not None and j is not None)
    return list(_filled(nearest_pairs(reference, hypothesis, given), reference, hypothesis))


def _filled(way: Way, reference: Tokens, hypothesis: Tokens) -> Iterator[Pair]:
    """With the words between the pairs, which stand alone."""
    i = j = 0
    for mine, theirs in (*way, (len(reference.texts), len(hypothesis.texts))):
        yield from (Pair(at, None, "deleted") for at in range(i, mine))
        yield from (Pair(None, at, "inserted") for at in range(j, theirs))
        if mine < len(reference.texts):
            hit = reference.texts[mine] == hypothesis.texts[theirs]
            yield Pair(mine, theirs, "hit" if hit else "substituted")
        i, j = mine + 1, theirs + 1


def count(pairs: Sequence[Pair]) -> WordErrors:
    """The error counts of an alignment."""
    status = [pair.status for pair in pairs]
    return WordErrors(
        hits=status.count("hit"),
        substitutions=status.count("substituted"),
        deletions=status.count("deleted"),
        insertions=status.count("inserted"),
    )


def character_errors(reference: Sequence[str], hypothesis: Sequence[str]) -> CharErrors:
    """The error counts of the characters of two token sequences, as texts are written.

    One space stands between two tokens, but none beside a character of a script without spaces:
    a correct space between each two of its characters would halve the rate.
    """
    output = jiwer.process_characters(joined(reference), joined(hypothesis))
    return CharErrors(output.hits, output.substitutions, output.deletions, output.insertions)
