"""Alignment of two sequences of words with as few edits as there can be, by jiwer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import jiwer

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


def align_words(reference: Sequence[str], hypothesis: Sequence[str]) -> list[Pair]:
    """Align two sequences of tokens, in order, with as few edits as there can be."""
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
