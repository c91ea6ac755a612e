"""Which hypothesis word stands for which reference word; jiwer does the alignment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import jiwer

from streamwer.metrics.word_errors import CharErrors, WordErrors

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
    """The error counts of the characters of two token sequences, one space between tokens."""
    output = jiwer.process_characters(" ".join(reference), " ".join(hypothesis))
    return CharErrors(output.hits, output.substitutions, output.deletions, output.insertions)
