"""The headline figures as JSON, for DVC metrics too, and small tables for DVC plots.

All figures are in the Parquet files.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from streamwer._util.rounding import RATE, SECONDS, round_number
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.summary import Summary
from streamwer.reports import machine
from streamwer.reports.comparison import Comparison
from streamwer.reports.latencies import sort_commit_latencies

SCHEMA = 2


def render(comparison: Comparison) -> dict[str, str]:
    """Render all files: file name → contents."""
    summaries = [system.summary for system in comparison.systems]
    measured = machine.measures_compute(comparison)
    return {
        "metrics.json": _render_systems({s.name: _collect_metrics(s, measured) for s in summaries}),
        "costs.json": _render_systems({s.name: _collect_costs(s) for s in summaries}),
        "wer_latency.json": _render_json([_place_system(summary) for summary in summaries]),
        "latency_cdf.csv": _tabulate_cdf(comparison),
    }


def render_metrics(comparison: Comparison) -> dict[str, str]:
    """Render the headline figures for DVC, one file a system: file name → contents.

    `dvc metrics show` prints a row for each file, and `dvc exp show` the figures in this order.
    """
    measured = machine.measures_compute(comparison)
    summaries = [system.summary for system in comparison.systems]
    return {
        f"{each.name}.json": f"{json.dumps(_collect_metrics(each, measured), indent=2)}\n"
        for each in summaries
    }


def _collect_metrics(summary: Summary, measured: bool) -> dict[str, Any]:
    """Return the headline figures, named as the rules of the gate name them.

    Without word times there is no commit latency; LAAL is then the latency. Compute that decides
    no time differs from run to run, and is not here.
    """
    late = {
        "commit_p50": summary.commit_latency["p50"].value,
        "commit_p95": summary.commit_latency["p95"].value,
        "shown_p50": summary.latencies["shown_latency"]["p50"].value,
        "laal": summary.simulst_latency["laal"].aware,
    }
    figures = {
        "wer": round_number(summary.wer.value, RATE),
        **{name: round_number(value, SECONDS) for name, value in late.items()},
        "erasure": round_number(summary.figures["erasure"].value, RATE),
        "rtf": round_number(summary.cost.rtf, RATE) if measured else None,
    }
    return _prune(figures)


def _collect_costs(summary: Summary) -> dict[str, Any]:
    facts = {
        key: round_number(value, SECONDS) for key, value in machine.parse_facts(summary).items()
    }
    stages = {stage: round_number(rtf, RATE) for stage, rtf in summary.cost.stages.items()}
    return _prune({**facts, "rtf": round_number(summary.cost.rtf, RATE), "rtf_by_stage": stages})


def _place_system(summary: Summary) -> dict[str, Any]:
    late = summary.commit_latency["p50"]
    ends = {"latency": late.value, "latency_low": late.low, "latency_high": late.high}
    seconds = {name: round_number(value, SECONDS) for name, value in ends.items()}
    return _prune({"system": summary.name, **_list_ends("wer", summary.wer), **seconds})


def _tabulate_cdf(comparison: Comparison) -> str:
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


def _list_ends(name: str, interval: Interval | None) -> dict[str, Any]:
    if interval is None:
        return {}
    values = {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
    return {key: round_number(value, RATE) for key, value in values.items()}


def _prune(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the figures that are not defined."""
    nested = {k: _prune(v) if isinstance(v, Mapping) else v for k, v in figures.items()}
    return {key: value for key, value in nested.items() if value is not None and value != {}}


def _render_systems(figures: Mapping[str, Any]) -> str:
    return _render_json({"schema": SCHEMA, "systems": figures})


def _render_json(value: object) -> str:
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return f"{text}\n"
