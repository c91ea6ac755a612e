"""Word differences: which words were heard right, and what stands for those that were not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, islice
from typing import NamedTuple

from streamwer.metrics.alignment import Status, align


class WordRun(NamedTuple):
    """Neighbouring words of one kind: what was said and what was heard instead."""

    kind: Status
    said: str
    heard: str


def diff_words(
    said: Sequence[str], heard: Sequence[str], statuses: Sequence[Status] | None = None
) -> list[WordRun]:
    """Join neighbours of one kind in the alignment that the word errors were counted from.

    Substitutions stay single, so that each wrong word stands beside the right one.

    Args:
        said: the reference tokens.
        heard: the tokens that were heard.
        statuses: what became of them, in the order of the words table; None where there is no such
            table: then time does not decide between alignments.
    """
    if statuses is None:
        statuses = [pair.status for pair in align(said, heard)]
    left, right = iter(said), iter(heard)
    runs: list[WordRun] = []
    for (status, _), group in groupby(enumerate(statuses), key=_alike):
        count = len(list(group))
        runs.append(
            WordRun(
                status,
                " ".join(islice(left, 0 if status == "inserted" else count)),
                " ".join(islice(right, 0 if status == "deleted" else count)),
            )
        )
    return runs


def _alike(numbered: tuple[int, Status]) -> tuple[Status, int]:
    index, status = numbered
    return status, index if status == "substituted" else -1
