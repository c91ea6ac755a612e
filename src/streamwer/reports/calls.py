"""The per-call table: what every system made of each recording, aligned with what was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, Literal, NamedTuple

import pandas as pd

from streamwer.metrics import Normaliser, Scores, WordErrors
from streamwer.metrics.alignment import Pair, align
from streamwer.reports.comparison import Comparison
from streamwer.reports.latencies import commit_medians
from streamwer.reports.provenance import scoring_normaliser

Kind = Literal["hit", "substituted", "deleted", "inserted"]


class Run(NamedTuple):
    """Neighbouring words of one kind: what was said and what was heard instead."""

    kind: Kind
    said: str
    heard: str


class Outcome(NamedTuple):
    """What one system made of one recording."""

    system: str
    errors: WordErrors
    latency: float | None
    runs: list[Run]
    failure: str


class Call(NamedTuple):
    """One recording and what became of it."""

    recording: str
    speaker: str
    condition: str
    seconds: float
    reference: str
    outcomes: list[Outcome]


def calls(comparison: Comparison) -> list[Call]:
    """All recordings, in the order of the data set."""
    systems = comparison.systems
    if not systems:
        return []
    words = scoring_normaliser(comparison)
    outcomes = [_outcomes(s.summary.name, s.scores, words) for s in systems]
    return [
        Call(
            recording=row["recording"],
            speaker=row["speaker"],
            condition=row["condition"],
            seconds=row["seconds"],
            reference=" ".join(words.tokens(row["reference"])),
            outcomes=[of_system[row["recording"]] for of_system in outcomes],
        )
        for row in _rows(systems[0].scores.recordings)
    ]


def _outcomes(system: str, scores: Scores, words: Normaliser) -> Mapping[str, Outcome]:
    medians = commit_medians(scores)
    return {
        row["recording"]: Outcome(
            system=system,
            errors=_errors(row),
            latency=medians.get(row["recording"]),
            runs=diff(words.tokens(row["reference"]), words.tokens(row["hypothesis"])),
            failure=row["failure"],
        )
        for row in _rows(scores.recordings)
    }


def diff(said: list[str], heard: list[str]) -> list[Run]:
    """The alignment that the word errors were counted from, neighbours of one kind joined.

    Substitutions stay single, so that each wrong word stands beside the right one.
    """
    runs: list[Run] = []
    keyed = groupby(enumerate(align(said, heard)), key=_alike)
    for _, group in keyed:
        pairs = [pair for _, pair in group]
        left = " ".join(said[p.reference] for p in pairs if p.reference is not None)
        right = " ".join(heard[p.hypothesis] for p in pairs if p.hypothesis is not None)
        runs.append(Run(pairs[0].status, left, right))
    return runs


def _alike(numbered: tuple[int, Pair]) -> tuple[str, int]:
    index, pair = numbered
    return pair.status, index if pair.status == "substituted" else -1


def _errors(row: Mapping[str, Any]) -> WordErrors:
    names = ("hits", "substitutions", "deletions", "insertions")
    return WordErrors(**{name: int(row[name]) for name in names})


def _rows(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    yield from table.to_dict(orient="records")
