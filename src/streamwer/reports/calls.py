"""The result of every system on each recording, aligned with the reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from streamwer.metrics.error_rate import KINDS
from streamwer.metrics.tables import Scores
from streamwer.metrics.word_diff import WordRun, diff_words
from streamwer.metrics.word_errors import WordErrors
from streamwer.reports.comparison import Comparison, System
from streamwer.reports.latencies import compute_median_latencies
from streamwer.reports.provenance import find_normaliser
from streamwer.text.normalise import Normaliser, get_normaliser


class CallResult(NamedTuple):
    """The result of one system on one recording; `latency` is the median, in seconds."""

    system: str
    errors: WordErrors
    latency: float | None
    runs: list[WordRun]
    failure: str


class CallResults(NamedTuple):
    """One recording and the result of every system on it."""

    recording: str
    speaker: str
    condition: str
    language: str
    seconds: float
    reference: str
    results: list[CallResult]


def collect_calls(comparison: Comparison) -> list[CallResults]:
    """Collect all recordings, in the order of the data set."""
    systems = comparison.systems
    if not systems:
        return []
    default = find_normaliser(comparison)
    results = [_build_results(system, _choose_normaliser(system, default)) for system in systems]
    return [
        CallResults(
            recording=row["recording"],
            speaker=row["speaker"],
            condition=row["condition"],
            seconds=row["seconds"],
            language=row.get("language", ""),
            reference=" ".join(_tokenise(default, row, "reference")),
            results=[by_recording[row["recording"]] for by_recording in results],
        )
        for row in _iterate_rows(systems[0].scores.recordings)
    ]


def _build_results(system: System, words: Normaliser) -> Mapping[str, CallResult]:
    scores: Scores = system.scores
    medians = compute_median_latencies(scores)
    statuses = scores.words.groupby("recording")["status"].agg(list).to_dict()
    return {
        row["recording"]: CallResult(
            system=system.summary.name,
            errors=_read_errors(row),
            latency=medians.get(row["recording"]),
            runs=diff_words(
                _tokenise(words, row, "reference"),
                _tokenise(words, row, "hypothesis"),
                statuses.get(row["recording"], []),
            ),
            failure=row["failure"],
        )
        for row in _iterate_rows(scores.recordings)
    }


def _choose_normaliser(system: System, default: Normaliser) -> Normaliser:
    """Return that of the system's own scores."""
    if system.signature is None:
        return default
    return get_normaliser(system.signature.method.normaliser.partition("@")[0])


def _tokenise(words: Normaliser, row: Mapping[str, Any], column: str) -> list[str]:
    return words.for_language(row.get("language", "")).tokenise(row[column])


def _read_errors(row: Mapping[str, Any]) -> WordErrors:
    return WordErrors(**{name: int(row[name]) for name in KINDS})


def _iterate_rows(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    yield from table.to_dict(orient="records")
