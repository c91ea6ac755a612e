"""The figures of the report for machines: JSON for DVC metrics, small tables for DVC plots."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from streamwer._util.rounding import RATE, SECONDS, round_number
from streamwer.metrics.registry import list_ratio_metrics
from streamwer.metrics.simulst_latency import SimulstLatency
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.summary import Percentiles, Summary
from streamwer.metrics.word_errors import CharErrors, get_plain_rate
from streamwer.reports import machine
from streamwer.reports.comparison import Comparison
from streamwer.reports.latencies import sort_commit_latencies

SCHEMA = 1


def render(comparison: Comparison) -> dict[str, str]:
    """Render all files: file name → contents."""
    summaries = [system.summary for system in comparison.systems]
    measured = machine.measures_compute(comparison)
    return {
        "metrics.json": _by_system({s.name: _metrics(s, measured) for s in summaries}),
        "costs.json": _by_system({s.name: _costs(s) for s in summaries}),
        "wer_latency.json": _json([_wer_latency(summary) for summary in summaries]),
        "latency_cdf.csv": _latency_cdf(comparison),
    }


def _metrics(summary: Summary, measured: bool) -> dict[str, Any]:
    ratios = (each for each in list_ratio_metrics() if each.in_files and each.shown.form != "count")
    figures = {
        **_interval("wer", summary.wer),
        **_interval("delta_wer", summary.delta_wer),
        **{name: _percentiles(latency) for name, latency in summary.latencies.items()},
        "words": summary.errors.words,
        "substitutions": summary.errors.substitutions,
        "deletions": summary.errors.deletions,
        "insertions": summary.errors.insertions,
        "characters": summary.char_errors.characters,
        "lagging": _simulst_latency(summary.simulst_latency),
        **{
            each.key or each.name: round_number(summary.figures[each.name].value, RATE)
            for each in ratios
            if measured or not each.measured
        },
        "recordings": summary.recordings,
        "audio_seconds": round_number(summary.audio_seconds, SECONDS),
        "failures": len(summary.failures),
        "forced_words": summary.forced_words,
        **_slices(summary),
    }
    return _defined(figures)


def _slices(summary: Summary) -> dict[str, Any]:
    """Give rates and median commit latency by kind and slice; speakers may be too many."""
    by_key: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for part in (part for part in summary.slices if part.kind != "speaker"):
        by_key[f"wer_by_{part.kind}"][part.name] = round_number(get_plain_rate(part.errors), RATE)
        if part.kind == "language":
            cer = get_plain_rate(part.characters or CharErrors())
            by_key["cer_by_language"][part.name] = round_number(cer, RATE)
        late = round_number(part.p50.value, SECONDS)
        by_key[f"commit_latency_p50_by_{part.kind}"][part.name] = late
    return by_key


def _simulst_latency(latency: SimulstLatency) -> dict[str, Any]:
    """Give each figure, ideal and computation-aware, and the counts behind them."""
    return {
        name: {kind: round_number(seconds, SECONDS) for kind, seconds in value.items()}
        if isinstance(value, dict)
        else value
        for name, value in latency.to_record().items()
    }


def _costs(summary: Summary) -> dict[str, Any]:
    facts = {
        key: round_number(value, SECONDS) for key, value in machine.parse_facts(summary).items()
    }
    stages = {stage: round_number(rtf, RATE) for stage, rtf in summary.cost.stages.items()}
    return _defined({**facts, "rtf": round_number(summary.cost.rtf, RATE), "rtf_by_stage": stages})


def _wer_latency(summary: Summary) -> dict[str, Any]:
    late = summary.commit_latency["p50"]
    ends = {"latency": late.value, "latency_low": late.low, "latency_high": late.high}
    seconds = {name: round_number(value, SECONDS) for name, value in ends.items()}
    return _defined({"system": summary.name, **_interval("wer", summary.wer), **seconds})


def _latency_cdf(comparison: Comparison) -> str:
    """Tabulate the commit latency at every whole percent of the words that were emitted."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["system", "latency", "share"])
    for system in comparison.systems:
        late = sort_commit_latencies(system.scores)
        for share in range(1, 101) if len(late) else ():
            value = late[math.ceil(share * len(late) / 100) - 1]
            if np.isfinite(value):
                table.writerow([system.summary.name, f"{value:.4f}", f"{share / 100:.2f}"])
    return out.getvalue()


def _percentiles(percentiles: Percentiles) -> dict[str, Any]:
    return {name: round_number(quantile.value, SECONDS) for name, quantile in percentiles.items()}


def _interval(name: str, interval: Interval | None) -> dict[str, Any]:
    if interval is None:
        return {}
    values = {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
    return {key: round_number(value, RATE) for key, value in values.items()}


def _defined(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the figures that are not defined."""
    nested = {k: _defined(v) if isinstance(v, Mapping) else v for k, v in figures.items()}
    return {key: value for key, value in nested.items() if value is not None and value != {}}


def _by_system(figures: Mapping[str, Any]) -> str:
    return _json({"schema": SCHEMA, "systems": figures})


def _json(value: object) -> str:
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return f"{text}\n"
