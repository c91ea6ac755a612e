"""The per-call table: what every system made of each recording, aligned with what was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any, NamedTuple

import pandas as pd

from streamwer.metrics import Normaliser, Scores, WordErrors, normaliser
from streamwer.metrics.alignment import Status, align
from streamwer.reports.comparison import Comparison, System
from streamwer.reports.latencies import commit_medians
from streamwer.reports.provenance import scoring_normaliser


class Run(NamedTuple):
    """Neighbouring words of one kind: what was said and what was heard instead."""

    kind: Status
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
    language: str
    seconds: float
    reference: str
    outcomes: list[Outcome]


def calls(comparison: Comparison) -> list[Call]:
    """All recordings, in the order of the data set."""
    systems = comparison.systems
    if not systems:
        return []
    words = scoring_normaliser(comparison)
    outcomes = [_outcomes(s.summary.name, s.scores, _normaliser(s, words)) for s in systems]
    return [
        Call(
            recording=row["recording"],
            speaker=row["speaker"],
            condition=row["condition"],
            seconds=row["seconds"],
            language=row.get("language", ""),
            reference=" ".join(words.of(row.get("language", "")).tokens(row["reference"])),
            outcomes=[of_system[row["recording"]] for of_system in outcomes],
        )
        for row in _rows(systems[0].scores.recordings)
    ]


def _outcomes(system: str, scores: Scores, words: Normaliser) -> Mapping[str, Outcome]:
    medians = commit_medians(scores)
    statuses = scores.words.groupby("recording")["status"].agg(list).to_dict()
    return {
        row["recording"]: Outcome(
            system=system,
            errors=_errors(row),
            latency=medians.get(row["recording"]),
            runs=diff(
                words.of(row.get("language", "")).tokens(row["reference"]),
                words.of(row.get("language", "")).tokens(row["hypothesis"]),
                statuses.get(row["recording"], []),
            ),
            failure=row["failure"],
        )
        for row in _rows(scores.recordings)
    }


def diff(
    said: Sequence[str], heard: Sequence[str], statuses: Sequence[Status] | None = None
) -> list[Run]:
    """The alignment that the word errors were counted from, neighbours of one kind joined.

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
    runs: list[Run] = []
    for (status, _), group in groupby(enumerate(statuses), key=_alike):
        count = len(list(group))
        runs.append(
            Run(
                status,
                " ".join(islice(left, 0 if status == "inserted" else count)),
                " ".join(islice(right, 0 if status == "deleted" else count)),
            )
        )
    return runs


def _alike(numbered: tuple[int, Status]) -> tuple[Status, int]:
    index, status = numbered
    return status, index if status == "substituted" else -1


def _normaliser(system: System, otherwise: Normaliser) -> Normaliser:
    """That of the system's own scores."""
    if system.signature is None:
        return otherwise
    return normaliser(system.signature.method.normaliser.partition("@")[0])


def _errors(row: Mapping[str, Any]) -> WordErrors:
    names = ("hits", "substitutions", "deletions", "insertions")
    return WordErrors(**{name: int(row[name]) for name in names})


def _rows(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    yield from table.to_dict(orient="records")
