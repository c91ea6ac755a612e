"""The comparison of two runs, in the form that every report shows."""

from __future__ import annotations

from streamwer.analysis.revisions import RunScores
from streamwer.config.experiment import ScoringConfig
from streamwer.metrics.store import SignedScores
from streamwer.metrics.summary import Summary
from streamwer.reports.changes import RunDiff, compare_systems
from streamwer.reports.comparison import Comparison, System

_CONFIG = ("policy", "engine", "model", "compute_type")


def compare_runs(old: RunScores, new: RunScores, scoring: ScoringConfig) -> Comparison:
    """Compare every system that both runs have, old and new side by side, without a baseline.

    Args:
        old: scores of the old run.
        new: scores of the new run.
        scoring: confidence, and the smallest difference that matters.

    Returns:
        The input of the report.
    """
    changes = compare_systems(old.scored, new.scored, scoring)
    systems = [
        _system(summary, run.scored[change.system])
        for change in changes
        for run, summary in ((old, change.old), (new, change.new))
    ]
    methods = [system.signature.method for system in systems if system.signature]
    clocks = {method.clock.partition("(")[0] for method in methods}
    return Comparison(
        systems=tuple(systems),
        baseline="",
        dataset="two runs",
        clock=clocks.pop() if len(clocks) == 1 else "several",
        provenance={
            "old": old.label,
            "new": new.label,
            "normaliser": ", ".join(sorted({method.normaliser for method in methods})),
            "confidence": scoring.confidence,
            "reproduce": f"streaming-compare {old.label.split(' ')[0]} {new.label.split(' ')[0]}",
        },
        run_diff=RunDiff(old.label, new.label, changes, tuple(_unmatched(old, new))),
    )


def _system(summary: Summary, scored: SignedScores) -> System:
    config = {name: getattr(scored.signature.subject, name) for name in _CONFIG}
    return System(summary, scored.scores, config, signature=scored.signature)


def _unmatched(old: RunScores, new: RunScores) -> list[str]:
    return [
        f"{name}, only in {run.label},"
        for run, other in ((old, new), (new, old))
        for name in run.scored
        if name not in other.scored
    ]
