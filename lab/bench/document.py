"""`reports/benchmark.json`: for each model what it is held to, then everything behind it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from lab.bench.comparison import AT_MOST, Comparison
from lab.bench.figures import NORMALISER, Figures, Outcome, find_quantile
from lab.bench.speech_sets import SpeechSet
from streamwer.metrics.word_errors import get_plain_rate
from streamwer.text.normalise import get_normaliser

_DIGITS = 4


@dataclass
class Findings:
    """What was measured.

    Attributes:
        models: the comparison of each model, by its name.
        speech: what was played.
        missing: models whose weights were not found.
        complete: whether nothing was left out of the data sets.
    """

    speech: Sequence[SpeechSet]
    missing: Sequence[str] = ()
    complete: bool = True
    models: dict[str, Comparison] = field(default_factory=dict)
    machine: Mapping[str, Any] = field(default_factory=dict)


def render(findings: Findings) -> str:
    """Render the file: numbers to four digits, null where a figure is not known."""
    return json.dumps(_round(describe(findings)), indent=2, ensure_ascii=False) + "\n"


def describe(findings: Findings) -> dict[str, Any]:
    """Describe the same as plain values."""
    return {
        **{name: _describe_model(each) for name, each in findings.models.items()},
        "details": {
            "complete": findings.complete,
            "models_not_found": list(findings.missing),
            "normaliser": get_normaliser(NORMALISER).signature,
            "speech": {each.name: _describe_speech(each) for each in findings.speech},
            "machine": findings.machine,
        },
    }


def _describe_model(comparison: Comparison) -> dict[str, Any]:
    best = comparison.best
    figures = {each.name: each.value for each in comparison.figures}
    figures.pop("bank_calls_wer_minus_offline", None)
    return {
        "best_policy": best,
        **figures,
        "wer_minus_offline_by_set": comparison.compute_wer_increase(best),
        "at_most": AT_MOST,
        "missed": [each.reason for each in comparison.figures if not each.is_reached],
        "systems": {
            name: _describe_system(system) | {"lost_last_words": comparison.list_lost_words(name)}
            for name, system in comparison.systems.items()
        },
        "policies": {
            name: {each.name: each.value for each in figures}
            for name, figures in comparison.of_policies.items()
        },
    }


def _describe_system(system: Figures) -> dict[str, Any]:
    return {
        "wer": system.wer,
        "p50_s": system.find_latency(0.5),
        "p95_s": system.find_latency(0.95),
        "compute_per_second": system.recogniser_s / system.seconds,
        "framework_share": system.framework_share,
        "inserted_in_pauses": system.in_pauses,
        "work_per_second": asdict(system.work()),
        "sets": {name: _describe_outcome(each) for name, each in system.outcomes.items()},
    }


def _describe_outcome(outcome: Outcome) -> dict[str, Any]:
    spent = sum(each.recogniser_s for each in outcome.played.values())
    return {
        "wer": get_plain_rate(outcome.errors),
        **asdict(outcome.errors),
        "p50_s": find_quantile(outcome.late, 0.5),
        "p95_s": find_quantile(outcome.late, 0.95),
        "compute_per_second": spent / outcome.speech.seconds,
        "inserted_in_pauses": len(outcome.in_pauses),
    }


def _describe_speech(speech: SpeechSet) -> dict[str, Any]:
    return {
        "recordings": len(speech.calls),
        "seconds": speech.seconds,
        "left_out_for_their_language": speech.left_out,
        "word_times": speech.word_times,
        "recordings_with_known_pauses": len(speech.pauses),
        "pauses": sum(map(len, speech.pauses.values())),
    }


def _round(value: Any) -> Any:
    """Four digits are more than a measurement repeats; JSON knows no infinity."""
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _round(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_round(each) for each in value]
    return value
