"""From the scores of two sides to a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from streamwer.analysis.gate import power, recordings, rules
from streamwer.analysis.gate.measures import MEASURES
from streamwer.analysis.gate.run_group import Side, reference_words, side, spoken
from streamwer.analysis.gate.text import listed
from streamwer.analysis.gate.verdict import Finding, Verdict
from streamwer.config.experiment import GateConfig
from streamwer.metrics.stats.intervals import adjust_confidence, caution
from streamwer.metrics.tables import Scores, block_noun
from streamwer.text.normalise import Normaliser


@dataclass(frozen=True)
class Doubts:
    """Why two sides cannot be compared: in anything (`wer`), or in their moments (`latency`)."""

    wer: tuple[str, ...] = ()
    latency: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


NO_DOUBTS = Doubts()


def judge(
    system: str,
    baseline: Sequence[Scores],
    candidate: Sequence[Scores],
    gate: GateConfig,
    confidence: float,
    normaliser: Normaliser,
    doubts: Doubts = NO_DOUBTS,
) -> Verdict:
    """Hold every rule against the candidate.

    Args:
        system: its name.
        baseline: the scores of each run.
        candidate: likewise, of as many runs.
        gate: the rules.
        confidence: with which the intervals of all rules hold at once.
        normaliser: that the scores were made with, for the diffs.
        doubts: what keeps the sides from being compared, as their signatures tell.

    Raises:
        ConfigError: a rule makes no sense.
    """
    rules.check(gate)
    reasons = (*doubts.wer, *_differing(baseline, candidate))
    if reasons:
        return Verdict(system, gate.name, reasons, doubts.notes)
    old, new = side(baseline), side(candidate)
    failed = _failed(new)
    count = len(candidate[0].recordings)
    each = adjust_confidence(confidence, sum(rule.interval for rule in gate.rules.values()))
    findings = tuple(_findings(old, new, gate, each, informs=bool(doubts.latency)))
    return Verdict(
        system=system,
        tier=gate.name,
        notes=(*_notes(old, doubts), *power.notes(old, gate, findings, each)),
        findings=findings,
        recordings=count,
        changed=recordings.changed(old, new) if len(candidate) == 1 else (),
        failed=failed,
        too_many_failures=len(failed) > gate.max_failed * count,
        worst=recordings.worst(old, new, normaliser, gate.listed),
    )


def _findings(
    old: Side, new: Side, gate: GateConfig, confidence: float, *, informs: bool
) -> Iterator[Finding]:
    for name, rule in gate.rules.items():
        only_informs = informs and MEASURES[name].figure == "latency"
        yield rules.hold(name, rule, old, new, confidence, informs=only_informs)


def _notes(old: Side, doubts: Doubts) -> Iterator[str]:
    yield from doubts.notes
    for reason in doubts.latency:
        yield f"latencies are information only: {reason}"
    blocks = old.recordings["speaker"].nunique()
    noun = block_noun(old.recordings)
    few = caution(blocks, noun)
    if blocks == 1:
        yield f"one {noun}: there are no intervals, and floors alone decide"
    elif few:
        yield few


def _failed(new: Side) -> dict[str, str]:
    rows = new.recordings[new.recordings["failure"] != ""]
    return dict(zip(rows["recording"], rows["failure"], strict=True))


def _differing(baseline: Sequence[Scores], candidate: Sequence[Scores]) -> Iterator[str]:
    """Why the recordings or their words are not the same on both sides."""
    if not baseline or len(baseline) != len(candidate):
        yield (
            f"{len(baseline)} runs of the baseline and {len(candidate)} of the candidate:"
            " give as many of each"
        )
        return
    first = baseline[0]
    for run in (*baseline[1:], *candidate):
        for reason in _other(first, run):
            yield reason
            return


def _other(first: Scores, run: Scores) -> Iterator[str]:
    mine, other = (_by_name(each.recordings) for each in (run, first))
    if not mine.index.is_unique or not other.index.is_unique:
        yield "a recording is listed twice"
    elif not mine.index.equals(other.index):
        yield _names(set(mine.index), set(other.index))
    elif (mine["speaker"] != other["speaker"]).any() or not _same_words(first, run):
        yield "the recordings have other reference words, word times or speakers"
    elif not mine.index.size:
        yield "there are no recordings"


def _by_name(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index("recording").sort_index()


def _names(mine: set[str], other: set[str]) -> str:
    parts = [
        f"{len(names)} {what} ({listed(sorted(names))})"
        for names, what in ((other - mine, "are missing"), (mine - other, "are new"))
        if names
    ]
    return f"{len(mine)} recordings, of {len(other)}: {' and '.join(parts)}"


def _same_words(one: Scores, two: Scores) -> bool:
    mine, other = spoken(one.words), spoken(two.words)
    if len(mine) != len(other):
        return False
    counts = [reference_words(_by_name(each.recordings)) for each in (one, two)]
    if not (counts[0] == counts[1]).all():
        return False
    return _equal(mine, other) or _equal(_in_order(mine), _in_order(other))


def _equal(mine: pd.DataFrame, other: pd.DataFrame) -> bool:
    same = all(
        (mine[name].to_numpy() == other[name].to_numpy()).all()
        for name in ("index", "recording", "word")
    )
    return same and np.allclose(mine["end"], other["end"], rtol=0, atol=1e-6, equal_nan=True)


def _in_order(words: pd.DataFrame) -> pd.DataFrame:
    return words.sort_values(["recording", "index"])
