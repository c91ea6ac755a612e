"""The per-call table: what every system made of each recording, aligned with what was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from streamwer.metrics.tables import Scores
from streamwer.metrics.word_diff import WordRun, diff_words
from streamwer.metrics.word_errors import WordErrors
from streamwer.reports.comparison import Comparison, System
from streamwer.reports.latencies import commit_medians
from streamwer.reports.provenance import scoring_normaliser
from streamwer.text.normalise import Normaliser, normaliser


class Outcome(NamedTuple):
    """What one system made of one recording."""

    system: str
    errors: WordErrors
    latency: float | None
    runs: list[WordRun]
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
            runs=diff_words(
                words.of(row.get("language", "")).tokens(row["reference"]),
                words.of(row.get("language", "")).tokens(row["hypothesis"]),
                statuses.get(row["recording"], []),
            ),
            failure=row["failure"],
        )
        for row in _rows(scores.recordings)
    }


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
