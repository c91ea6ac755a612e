"""Word differences: runs of words that were recognised rightly, wrongly or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, islice
from typing import NamedTuple

from streamwer.text.word_alignment import Status, align_words


class WordRun(NamedTuple):
    """Neighbouring words of one kind, in the reference and in the transcript."""

    kind: Status
    reference: str
    hypothesis: str


def diff_words(
    reference: Sequence[str], hypothesis: Sequence[str], statuses: Sequence[Status] | None = None
) -> list[WordRun]:
    """Join neighbours of one kind in the alignment that the word errors were counted from.

    Substitutions stay single, so that each wrong word stands beside the right one.

    Args:
        reference: its tokens.
        hypothesis: its tokens.
        statuses: what became of them, in the order of the words table; None where there is no such
            table: then time does not decide between alignments.
    """
    if statuses is None:
        statuses = [pair.status for pair in align_words(reference, hypothesis)]
    left, right = iter(reference), iter(hypothesis)
    runs: list[WordRun] = []
    keys = [(each, at if each == "substituted" else -1) for at, each in enumerate(statuses)]
    for (status, _), group in groupby(keys):
        count = len(list(group))
        runs.append(
            WordRun(
                status,
                " ".join(islice(left, 0 if status == "inserted" else count)),
                " ".join(islice(right, 0 if status == "deleted" else count)),
            )
        )
    return runs
