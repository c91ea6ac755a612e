"""Folders of scores, as the `score` stage writes them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from streamwer.metrics import store
from streamwer.metrics.store import SignedScores
from streamwer.metrics.tables import Scores
from streamwer.provenance.signature import Method, Signature, Subject
from tests.analysis.gate import calls

SIGNATURE = Signature(
    Method(
        audio="a1",
        references="b2",
        times="c3",
        normaliser="basic@0.1.15+2",
        scorer="jiwer@4.0.0+1",
        pooling="ratio-of-sums",
        clock="unaware",
        threads="1",
        workers="none",
        hardware="none",
    ),
    Subject(policy="prefix_agreement"),
)
MEASURED = replace(
    SIGNATURE,
    method=replace(SIGNATURE.method, clock="measured", workers="2", hardware="x (2 cores)"),
)


@cache
def scores(fault: str = "") -> Scores:
    return calls.scores(calls.FAULTS[fault](calls.steps()) if fault else calls.steps())


def of(fault: str = "") -> Scores:
    """Scores of a run that a test may change."""
    made = scores(fault)
    return Scores(made.recordings.copy(), made.words.copy())


def folder(path: Path, made: Scores | None = None, signature: Signature = SIGNATURE) -> Path:
    store.write_scores(path, SignedScores(made or scores(), signature))
    return path
