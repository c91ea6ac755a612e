"""Scores in the form that every report and plot shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from streamwer.analysis.log_comparison import LogComparison
from streamwer.analysis.log_figures import LogFigures
from streamwer.reports.comparison import Comparison, System

_SUBJECT = ("policy", "engine", "model", "compute_type")


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
    methods = [each.signature.method for each in figures.values()]
    clocks = {method.clock.partition("(")[0] for method in methods}
    return Comparison(
        systems=tuple(_make_system(name, each, compared) for name, each in figures.items()),
        baseline=compared.baseline if compared else "",
        dataset="recordings",
        clock=clocks.pop() if len(clocks) == 1 else "several",
        provenance={
            "normaliser": ", ".join(sorted({method.normaliser for method in methods})),
            "confidence": confidence,
        },
    )


def _make_system(name: str, figures: LogFigures, compared: LogComparison | None) -> System:
    against = (compared.against or {}).get(name) if compared else None
    subject = figures.signature.subject
    return System(
        replace(figures.summary, name=name, delta_wer=against.wer if against else None),
        figures.scores,
        {key: getattr(subject, key) for key in _SUBJECT},
        signature=figures.signature,
        incomparable=against.reasons if against else {},
    )
