"""Judgement of a candidate's scores against a baseline's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd

from streamwer.analysis.gate import power, recordings, rules
from streamwer.analysis.gate.measures import MEASURES
from streamwer.analysis.gate.run_group import RunGroup, select_reference_words
from streamwer.analysis.gate.text import list_first
from streamwer.analysis.gate.verdict import Finding, Verdict
from streamwer.config.gate import GateConfig
from streamwer.metrics.error_rate import sum_reference_units
from streamwer.metrics.stats.intervals import adjust_confidence, describe_few_blocks
from streamwer.metrics.tables import Scores, name_block_unit
from streamwer.text.normalise import Normaliser


@dataclass(frozen=True)
class ComparisonLimits:
    """Reasons why two groups of runs are not comparable: at all (`wer`), or in their latencies."""

    wer: tuple[str, ...] = ()
    latency: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


NO_LIMITS = ComparisonLimits()


def judge(
    system: str,
    baseline: Sequence[Scores],
    candidate: Sequence[Scores],
    gate: GateConfig,
    confidence: float,
    normaliser: Normaliser,
    limits: ComparisonLimits = NO_LIMITS,
) -> Verdict:
    """Apply every rule to the candidate.

    Args:
        system: its name.
        baseline: the scores of each run.
        candidate: likewise, of as many runs.
        gate: the rules.
        confidence: with which the intervals of all rules hold at once.
        normaliser: that the scores were made with, for the diffs.
        limits: why the runs are not comparable, by their signatures.

    Raises:
        ConfigError: a rule makes no sense.
    """
    rules.check_gate(gate)
    reasons = (*limits.wer, *_find_differences(baseline, candidate))
    if reasons:
        return Verdict(system, gate.name, reasons, limits.notes)
    old, new = RunGroup(tuple(baseline)), RunGroup(tuple(candidate))
    failed = _list_failures(new)
    count = len(candidate[0].recordings)
    each = adjust_confidence(confidence, sum(rule.interval for rule in gate.rules.values()))
    findings = tuple(_apply_rules(old, new, gate, each, informs=bool(limits.latency)))
    return Verdict(
        system=system,
        tier=gate.name,
        notes=(*_write_notes(old, limits), *power.describe_power(old, gate, findings, each)),
        findings=findings,
        recordings=count,
        changed=recordings.find_changed_recordings(old, new) if len(candidate) == 1 else (),
        failed=failed,
        too_many_failures=len(failed) > gate.max_failed * count,
        worst=recordings.find_regressed_recordings(old, new, normaliser, gate.max_recordings),
    )


def _apply_rules(
    old: RunGroup, new: RunGroup, gate: GateConfig, confidence: float, *, informs: bool
) -> Iterator[Finding]:
    for name, rule in gate.rules.items():
        only_informs = informs and MEASURES[name].figure == "latency"
        yield rules.apply_rule(name, rule, old, new, confidence, informs=only_informs)


def _write_notes(old: RunGroup, limits: ComparisonLimits) -> Iterator[str]:
    yield from limits.notes
    for reason in limits.latency:
        yield f"latencies are information only: {reason}"
    blocks = old.recordings["speaker"].nunique()
    noun = name_block_unit(old.recordings)
    few = describe_few_blocks(blocks, noun)
    if blocks == 1:
        yield f"one {noun}: there are no intervals, and floors alone decide"
    elif few:
        yield few


def _list_failures(new: RunGroup) -> dict[str, str]:
    rows = new.recordings[new.recordings["failure"] != ""]
    return dict(zip(rows["recording"], rows["failure"], strict=True))


def _find_differences(baseline: Sequence[Scores], candidate: Sequence[Scores]) -> Iterator[str]:
    """Reasons why both do not have the same recordings and reference words."""
    if not baseline or len(baseline) != len(candidate):
        yield (
            f"{len(baseline)} runs of the baseline and {len(candidate)} of the candidate:"
            " give as many of each"
        )
        return
    runs = (*baseline[1:], *candidate)
    reasons = (reason for run in runs for reason in _compare_references(baseline[0], run))
    yield from islice(reasons, 1)


def _compare_references(first: Scores, run: Scores) -> Iterator[str]:
    new, old = (_sort_by_name(each.recordings) for each in (run, first))
    if not new.index.is_unique or not old.index.is_unique:
        yield "a recording is listed twice"
    elif not new.index.equals(old.index):
        yield _describe_names(set(new.index), set(old.index))
    elif (new["speaker"] != old["speaker"]).any() or not _have_same_words(first, run):
        yield "the recordings have other reference words, word times or speakers"
    elif not new.index.size:
        yield "there are no recordings"


def _sort_by_name(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index("recording").sort_index()


def _describe_names(new: set[str], old: set[str]) -> str:
    parts = [
        f"{len(names)} {what} ({list_first(sorted(names))})"
        for names, what in ((old - new, "are missing"), (new - old, "are new"))
        if names
    ]
    return f"{len(new)} recordings, of {len(old)}: {' and '.join(parts)}"


def _have_same_words(one: Scores, two: Scores) -> bool:
    counts = [sum_reference_units(_sort_by_name(each.recordings)) for each in (one, two)]
    keys = ["recording", "index"]
    first, second = (select_reference_words(each.words).sort_values(keys) for each in (one, two))
    if len(first) != len(second) or not (counts[0] == counts[1]).all():
        return False
    same = all((first[key].to_numpy() == second[key].to_numpy()).all() for key in (*keys, "word"))
    return same and np.allclose(first["end"], second["end"], rtol=0, atol=1e-6, equal_nan=True)
