"""Results with signatures: judged where their signatures let them be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from streamwer.analysis.gate.judgement import Doubts, judge
from streamwer.analysis.gate.verdict import Verdict
from streamwer.config.experiment import GateConfig
from streamwer.metrics.store import Scored
from streamwer.provenance.signature import Signature, changes, reasons
from streamwer.text.normalise import normaliser

_MACHINE = ("hardware", "workers", "threads")


def compare(
    system: str,
    baseline: Sequence[Scored],
    candidate: Sequence[Scored],
    gate: GateConfig,
    confidence: float,
) -> Verdict:
    """Judge results by their scores and signatures.

    Args:
        system: its name.
        baseline: one entry per run.
        candidate: likewise.
        gate: the rules.
        confidence: with which the intervals of all rules hold at once.

    Raises:
        ConfigError: a rule makes no sense.
    """
    if not baseline or not candidate:
        which = "baseline" if not baseline else "candidate"
        return Verdict(system, gate.name, (f"there is no result of {system} in the {which}",))
    first = baseline[0].signature
    found = [doubts(run.signature, first) for run in (*candidate, *baseline[1:])]
    together = Doubts(
        _each(one.wer for one in found),
        _each(one.latency for one in found),
        _each(one.notes for one in found),
    )
    used = first.method.normaliser.partition("@")[0]
    return judge(
        system,
        [run.scores for run in baseline],
        [run.scores for run in candidate],
        gate,
        confidence,
        normaliser(used),
        together,
    )


def doubts(candidate: Signature, baseline: Signature) -> Doubts:
    """What keeps two results from being compared; another machine keeps only latencies from it."""
    machine = {name: getattr(baseline.method, name) for name in _MACHINE}
    alike = replace(candidate, method=replace(candidate.method, **machine))
    everything = reasons(alike, baseline, "latency")
    only_machine = tuple(
        reason for reason in reasons(candidate, baseline, "latency") if reason not in everything
    )
    notes = tuple(f"changed: {change}" for change in changes(candidate, baseline))
    return Doubts(everything, only_machine, notes)


def _each(found: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Every entry once, in order."""
    return tuple(dict.fromkeys(entry for entries in found for entry in entries))
