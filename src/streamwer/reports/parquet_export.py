"""The figures of the report as Parquet: one row per figure and per slice of each system."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from streamwer.metrics.error_rate import KINDS
from streamwer.metrics.registry import LatencyMetric, RatioMetric, list_metrics
from streamwer.metrics.slices import Slice
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.summary import Summary
from streamwer.metrics.word_errors import get_plain_rate
from streamwer.reports import machine
from streamwer.reports.comparison import Comparison

SCHEMA = 2
"""In each file's metadata, under `streamwer_report`."""

_FIGURES = pa.schema(
    [
        *((name, pa.string()) for name in ("system", "metric", "unit")),
        *((name, pa.float64()) for name in ("value", "low", "high")),
    ]
)
_SLICES = pa.schema(
    [
        *((name, pa.string()) for name in ("system", "kind", "slice")),
        *((name, pa.int64()) for name in ("recordings", *KINDS)),
        *((name, pa.float64()) for name in ("wer", "cer")),
        *((name, pa.float64()) for name in ("commit_latency_p50", "commit_latency_p95")),
        ("coverage", pa.float64()),
    ]
)


def render(comparison: Comparison) -> dict[str, bytes]:
    """Render both files: name → bytes. Unknown is null; a word that never came is infinite."""
    summaries = [system.summary for system in comparison.systems]
    timed = machine.measures_compute(comparison)
    return {
        "figures.parquet": _encode(_FIGURES, [r for s in summaries for r in _list_rows(s, timed)]),
        "slices.parquet": _encode(
            _SLICES, [_slice(s.name, part) for s in summaries for part in s.slices]
        ),
    }


def _list_rows(summary: Summary, timed: bool) -> Iterator[dict[str, Any]]:
    for metric, unit, value in _list_values(summary, timed):
        known = value if isinstance(value, Interval | Quantile) else Quantile(value)
        yield {
            "system": summary.name,
            "metric": metric,
            "unit": unit,
            "value": known.value,
            "low": known.low,
            "high": known.high,
        }


def _list_values(summary: Summary, timed: bool) -> Iterator[tuple[str, str, Any]]:
    if summary.delta_wer:
        yield "delta_wer", "errors per word", summary.delta_wer
    for metric in list_metrics():
        if isinstance(metric, LatencyMetric):
            for percentile, quantile in summary.latencies[metric.name].items():
                yield f"{metric.name}_{percentile}", metric.unit, quantile
        elif isinstance(metric, RatioMetric) and metric.in_files and (timed or not metric.measured):
            yield metric.name, metric.unit, _get_figure(summary, metric)


def _get_figure(summary: Summary, metric: RatioMetric) -> Interval | float:
    ratio = summary.figures[metric.name]
    if metric.name == "wer":
        return summary.wer
    return ratio.numerator if metric.shown.form == "count" else ratio.value


def _slice(system: str, part: Slice) -> dict[str, Any]:
    errors = part.errors
    counts = {name: getattr(errors, name) for name in _SLICES.names if hasattr(errors, name)}
    return {
        "system": system,
        "kind": part.kind,
        "slice": part.name,
        "recordings": part.recordings,
        **counts,
        "wer": get_plain_rate(errors),
        "cer": get_plain_rate(part.characters) if part.characters else None,
        "commit_latency_p50": part.p50.value,
        "commit_latency_p95": part.p95.value,
        "coverage": part.coverage,
    }


def _encode(schema: pa.Schema, rows: list[dict[str, Any]]) -> bytes:
    """Write a table; NaN becomes null, so that readers meet one kind of "unknown" only."""
    known = [{k: None if v != v else v for k, v in row.items()} for row in rows]
    stamped = schema.with_metadata({b"streamwer_report": str(SCHEMA).encode()})
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(known, schema=stamped), out)
    return out.getvalue()
