"""Scored logs and pairs of runs, in the form that every report shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from streamwer.analysis.log_comparison import LogComparison
from streamwer.analysis.log_figures import LogFigures
from streamwer.analysis.revisions import RunScores
from streamwer.config.scoring import ScoringConfig
from streamwer.metrics.summary import Summary
from streamwer.metrics.tables import Scores
from streamwer.provenance.signature import Signature
from streamwer.reports.changes import RunDiff, compare_systems
from streamwer.reports.comparison import Comparison, System

_CONFIG = ("policy", "engine", "model", "compute_type")


def make_comparison(
    figures: Mapping[str, LogFigures],
    compared: LogComparison | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Make the input of a report from the figures of systems.

    Args:
        figures: by the name of the system.
        compared: the same against a baseline; None where nothing is compared.
        confidence: of the intervals.
    """
    systems = []
    for name, each in figures.items():
        against = (compared.against or {}).get(name) if compared else None
        summary = replace(each.summary, name=name, delta_wer=against.wer if against else None)
        system = _make_system(summary, each.scores, each.signature)
        systems.append(replace(system, incomparable=against.reasons) if against else system)
    baseline = compared.baseline if compared else ""
    return _build_comparison(systems, confidence, dataset="recordings", baseline=baseline)


def compare_runs(old: RunScores, new: RunScores, scoring: ScoringConfig) -> Comparison:
    """Compare every system that both runs have, old and new side by side, without a baseline.

    Args:
        old: scores of the old run.
        new: scores of the new run.
        scoring: confidence, and the smallest difference that matters.
    """
    changes = compare_systems(old.scored, new.scored, scoring)
    systems = [
        _make_system(summary, run.scored[change.system].scores, run.scored[change.system].signature)
        for change in changes
        for run, summary in ((old, change.old), (new, change.new))
    ]
    made = _build_comparison(systems, scoring.confidence, dataset="two runs", baseline="")
    command = f"streaming-compare {old.label.split(' ')[0]} {new.label.split(' ')[0]}"
    return replace(
        made,
        provenance={"old": old.label, "new": new.label, **made.provenance, "reproduce": command},
        run_diff=RunDiff(old.label, new.label, changes, tuple(_list_unmatched(old, new))),
    )


def _make_system(summary: Summary, scores: Scores, signature: Signature) -> System:
    config = {name: getattr(signature.subject, name) for name in _CONFIG}
    return System(summary, scores, config, signature=signature)


def _build_comparison(systems: Sequence[System], confidence: float, **about: Any) -> Comparison:
    methods = [system.signature.method for system in systems if system.signature]
    clocks = {method.clock.partition("(")[0] for method in methods}
    return Comparison(
        systems=tuple(systems),
        clock=clocks.pop() if len(clocks) == 1 else "several",
        provenance={
            "normaliser": ", ".join(sorted({method.normaliser for method in methods})),
            "confidence": confidence,
        },
        **about,
    )


def _list_unmatched(old: RunScores, new: RunScores) -> Iterator[str]:
    for run, other in ((old, new), (new, old)):
        for name in run.scored:
            if name not in other.scored:
                yield f"{name}, only in {run.label},"
