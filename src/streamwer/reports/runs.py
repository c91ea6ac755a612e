"""Two runs as a comparison, so that the page of every report shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamwer.analysis.revisions import Results
from streamwer.config.experiment import ScoringConfig
from streamwer.metrics.store import Scored
from streamwer.metrics.summary import Summary
from streamwer.metrics.tables import Scores
from streamwer.reports.changes import Change, compared
from streamwer.reports.comparison import Comparison, System
from streamwer.reports.run_diff import Versus


def comparison(old: Results, new: Results, scoring: ScoringConfig) -> Comparison:
    """Every system that both have, old and new side by side; there is no baseline."""
    changes = compared(old.scored, new.scored, scoring)
    systems = [each for change in changes for each in _both(change, old, new)]
    clocks = {s.signature.method.clock.partition("(")[0] for s in systems if s.signature}
    return Comparison(
        systems=tuple(systems),
        baseline="",
        dataset="two runs",
        clock=clocks.pop() if len(clocks) == 1 else "several",
        provenance=_provenance(old, new, changes, scoring),
        versus=Versus(old.label, new.label, changes, tuple(_alone(old, new))),
    )


def _both(change: Change, old: Results, new: Results) -> Iterator[System]:
    for run, summary in ((old, change.old), (new, change.new)):
        yield _system(summary, run.scored[change.system])


def _system(summary: Summary, scored: Scored) -> System:
    scores: Scores = scored.scores
    subject = scored.signature.subject
    config = {
        name: getattr(subject, name) for name in ("policy", "engine", "model", "compute_type")
    }
    return System(summary, scores, config, signature=scored.signature)


def _alone(old: Results, new: Results) -> Iterator[str]:
    for run, other in ((old, new), (new, old)):
        yield from (
            f"{name}, only in {run.label}," for name in run.scored if name not in other.scored
        )


def _provenance(
    old: Results, new: Results, changes: tuple[Change, ...], scoring: ScoringConfig
) -> dict[str, Any]:
    normalisers = {
        run.scored[change.system].signature.method.normaliser
        for run in (old, new)
        for change in changes
    }
    return {
        "old": old.label,
        "new": new.label,
        "normaliser": ", ".join(sorted(normalisers)),
        "confidence": scoring.confidence,
        "reproduce": f"streaming-compare {old.label.split(' ')[0]} {new.label.split(' ')[0]}",
    }
