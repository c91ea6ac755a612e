"""The report's figures for machines: JSON for DVC metrics, small tables for DVC plots."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from streamwer._util.rounding import RATE, SECONDS, number
from streamwer.metrics.simulst_latency import Lagging
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.summary import Percentiles, Summary
from streamwer.metrics.word_errors import CharErrors, plain_rate
from streamwer.reports import machine
from streamwer.reports.comparison import Comparison
from streamwer.reports.latencies import commit_latencies

SCHEMA = 1


def render(comparison: Comparison) -> dict[str, str]:
    """File name → contents."""
    summaries = [system.summary for system in comparison.systems]
    measured = machine.is_timed(comparison)
    return {
        "metrics.json": _by_system({s.name: _metrics(s, measured) for s in summaries}),
        "costs.json": _by_system({s.name: _costs(s) for s in summaries}),
        "wer_latency.json": _json([_wer_latency(summary) for summary in summaries]),
        "latency_cdf.csv": _latency_cdf(comparison),
    }


def _metrics(summary: Summary, measured: bool) -> dict[str, Any]:
    latencies = (
        "commit_latency",
        "commit_latency_ideal",
        "shown_latency",
        "shown_latency_raw",
        "first_text",
    )
    timed = {name: _percentiles(getattr(summary, name)) for name in (*latencies, "finalisation")}
    figures = {
        **_interval("wer", summary.wer),
        **_interval("delta_wer", summary.delta_wer),
        **timed,
        "words": summary.errors.words,
        "substitutions": summary.errors.substitutions,
        "deletions": summary.errors.deletions,
        "insertions": summary.errors.insertions,
        "cer": number(plain_rate(summary.char_errors), RATE),
        "characters": summary.char_errors.characters,
        "coverage": number(summary.coverage, RATE),
        "erasure": number(summary.erasure, RATE),
        "erasure_raw": number(summary.erasure_raw, RATE),
        "upwr": number(summary.upwr, RATE),
        "invented_per_minute": number(summary.invented, RATE),
        "lag_slope": number(summary.lag_slope, RATE),
        "lagging": _lagging(summary.lagging),
        "rtf": number(summary.cost.rtf, RATE) if measured else None,
        "recordings": summary.recordings,
        "audio_seconds": number(summary.audio_seconds, SECONDS),
        "failures": len(summary.failures),
        "forced_words": summary.forced_words,
        **_slices(summary),
    }
    return _defined(figures)


def _slices(summary: Summary) -> dict[str, Any]:
    """The rates and the median commit latency of each slice, by kind; speakers may be too many."""
    found: dict[str, dict[str, Any]] = {}
    for each in (each for each in summary.slices if each.kind != "speaker"):
        rates = found.setdefault(f"wer_by_{each.kind}", {})
        rates[each.name] = number(plain_rate(each.errors), RATE)
        if each.kind == "language":
            characters = found.setdefault("cer_by_language", {})
            characters[each.name] = number(plain_rate(each.characters or CharErrors()), RATE)
        late = found.setdefault(f"commit_latency_p50_by_{each.kind}", {})
        late[each.name] = number(each.p50.value, SECONDS)
    return found


def _lagging(lagging: Lagging) -> dict[str, Any]:
    """Each figure with its ideal and its computation-aware value, and the counts behind them."""
    return {
        name: {kind: number(seconds, SECONDS) for kind, seconds in value.items()}
        if isinstance(value, dict)
        else value
        for name, value in asdict(lagging).items()
    }


def _costs(summary: Summary) -> dict[str, Any]:
    facts = {key: number(value, SECONDS) for key, value in machine.numbers(summary).items()}
    stages = {stage: number(rtf, RATE) for stage, rtf in summary.cost.stages.items()}
    return _defined({**facts, "rtf": number(summary.cost.rtf, RATE), "rtf_by_stage": stages})


def _wer_latency(summary: Summary) -> dict[str, Any]:
    late = summary.commit_latency["p50"]
    ends = {"latency": late.value, "latency_low": late.low, "latency_high": late.high}
    seconds = {name: number(value, SECONDS) for name, value in ends.items()}
    return _defined({"system": summary.name, **_interval("wer", summary.wer), **seconds})


def _latency_cdf(comparison: Comparison) -> str:
    """Commit latency at every whole percent of the words, as far as words were emitted."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["system", "latency", "share"])
    for system in comparison.systems:
        late = np.sort(commit_latencies(system.scores))
        for share in range(1, 101) if len(late) else ():
            value = late[math.ceil(share * len(late) / 100) - 1]
            if np.isfinite(value):
                table.writerow([system.summary.name, f"{value:.4f}", f"{share / 100:.2f}"])
    return out.getvalue()


def _percentiles(percentiles: Percentiles) -> dict[str, Any]:
    return {name: number(quantile.value, SECONDS) for name, quantile in percentiles.items()}


def _interval(name: str, interval: Interval | None) -> dict[str, Any]:
    if interval is None:
        return {}
    values = {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
    return {key: number(value, RATE) for key, value in values.items()}


def _defined(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Without the figures that are not defined."""
    nested = {k: _defined(v) if isinstance(v, Mapping) else v for k, v in figures.items()}
    return {key: value for key, value in nested.items() if value is not None and value != {}}


def _by_system(figures: Mapping[str, Any]) -> str:
    return _json({"schema": SCHEMA, "systems": figures})


def _json(value: object) -> str:
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return f"{text}\n"
