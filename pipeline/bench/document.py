"""`reports/benchmark.json`: five figures and the WERs beside them, then everything behind them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.bench.comparison import Candidate, Choice, Versus
from pipeline.bench.figures import Row
from pipeline.bench.framework import Framework
from pipeline.bench.shapes import Cell
from pipeline.bench.systems import CHUNKS_S
from pipeline.bench.targets import Target
from streamwer.metrics.word_errors import plain_rate

_DIGITS = 4


@dataclass
class Findings:
    """What was measured; a part that was left out is None or empty.

    Attributes:
        repeats: of every measurement.
        calls: number of recordings.
        shared: those that every system played in every repeat.
        complete: whether nothing was left out.
    """

    repeats: int
    calls: int
    shared: tuple[str, ...] = ()
    complete: bool = True
    model: str = ""
    rows: list[Row] = field(default_factory=list)
    engines: dict[float, Versus] | None = None
    choice: Choice | None = None
    cells: list[Cell] = field(default_factory=list)
    framework: Framework | None = None
    targets: list[Target] = field(default_factory=list)
    machine: dict[str, Any] = field(default_factory=dict)


def render(findings: Findings) -> str:
    """The file's contents: numbers to four digits, null where a part was left out."""
    return json.dumps(_rounded(document(findings)), indent=2, ensure_ascii=False) + "\n"


def document(findings: Findings) -> dict[str, Any]:
    """The same as plain values."""
    engines, choice, framework = findings.engines, findings.choice, findings.framework
    return {
        "local_agreement_direct_over_transcribe": engines and engines[CHUNKS_S[0]].compute.median,
        "best_over_offline": choice and choice.best.over_offline.compute.median,
        "best_policy": choice and choice.best.policy,
        "best_p50_over_local_agreement": choice and choice.best.p50_ratio,
        "framework_share": framework and framework.share,
        "wer": {row.name: row.wer for row in findings.rows},
        "details": _details(findings),
    }


def _details(findings: Findings) -> dict[str, Any]:
    engines, choice, framework = findings.engines, findings.choice, findings.framework
    return {
        "complete": findings.complete,
        "repeats": findings.repeats,
        "model": findings.model,
        "calls": findings.calls,
        "shared_calls": list(findings.shared),
        "targets": [
            {
                "figure": target.figure,
                "value": target.value,
                "limit": target.limit,
                "reached": target.reached,
                "note": target.note,
            }
            for target in findings.targets
        ],
        "engines": engines and {f"{chunk:g}": _versus(each) for chunk, each in engines.items()},
        "best": choice and _choice(choice),
        "systems": [asdict(row) for row in findings.rows],
        "framework": framework and {k: asdict(v) for k, v in framework.by_policy.items()},
        "shapes": {
            "weights": "random: these are costs, nothing is recognised",
            "cells": [asdict(cell) for cell in findings.cells],
        },
        "machine": findings.machine,
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "chunk_s": choice.best.chunk_s,
        "keeps_limits": choice.keeps_limits,
        "at_chunks": {f"{chunk:g}": _candidate(each) for chunk, each in choice.at_chunks.items()},
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "over_offline": _versus(candidate.over_offline),
        "p50": candidate.p50,
        "local_agreement_p50": candidate.baseline_p50,
        "p50_over_local_agreement": candidate.p50_ratio,
    }


def _versus(found: Versus) -> dict[str, Any]:
    return {
        "system": found.name,
        "other": found.other,
        "compute": asdict(found.compute),
        "wer": plain_rate(found.errors),
        "other_wer": plain_rate(found.other_errors),
        "wer_excess": found.wer_excess,
        "words": found.errors.words,
    }


def _rounded(value: Any) -> Any:
    """Four digits are more than a measurement repeats."""
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
