"""The report's figures as Parquet: one row per figure, and one per slice, of each system."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from streamwer.metrics.slices import Slice
from streamwer.metrics.stats.intervals import Interval
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.summary import Summary
from streamwer.metrics.word_errors import plain_rate
from streamwer.reports import machine
from streamwer.reports.comparison import Comparison

SCHEMA = 2
"""In each file's metadata, under `streamwer_report`."""

_LATENCIES = (
    "commit_latency",
    "commit_latency_ideal",
    "shown_latency",
    "shown_latency_raw",
    "first_text",
    "finalisation",
)
_FIGURES = pa.schema(
    [
        ("system", pa.string()),
        ("metric", pa.string()),
        ("unit", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)
_SLICES = pa.schema(
    [
        ("system", pa.string()),
        ("kind", pa.string()),
        ("slice", pa.string()),
        ("recordings", pa.int64()),
        *((name, pa.int64()) for name in ("hits", "substitutions", "deletions", "insertions")),
        ("wer", pa.float64()),
        ("cer", pa.float64()),
        ("commit_latency_p50", pa.float64()),
        ("commit_latency_p95", pa.float64()),
        ("coverage", pa.float64()),
    ]
)


def render(comparison: Comparison) -> dict[str, bytes]:
    """File name → contents. What is not known is null; what never came is infinite."""
    summaries = [system.summary for system in comparison.systems]
    timed = machine.is_timed(comparison)
    return {
        "figures.parquet": _file(_FIGURES, [r for s in summaries for r in _figures(s, timed)]),
        "slices.parquet": _file(_SLICES, [_slice(s.name, e) for s in summaries for e in s.slices]),
    }


def _figures(summary: Summary, timed: bool) -> Iterator[dict[str, Any]]:
    for metric, unit, value in _values(summary, timed):
        known = value if isinstance(value, Interval | Quantile) else Quantile(value)
        yield {
            "system": summary.name,
            "metric": metric,
            "unit": unit,
            "value": known.value,
            "low": known.low,
            "high": known.high,
        }


def _values(summary: Summary, timed: bool) -> Iterator[tuple[str, str, Any]]:
    yield "wer", "errors per word", summary.wer
    if summary.delta_wer:
        yield "delta_wer", "errors per word", summary.delta_wer
    yield "cer", "errors per character", plain_rate(summary.char_errors)
    for name in _LATENCIES:
        percentiles: Mapping[str, Quantile] = getattr(summary, name)
        for percentile, quantile in percentiles.items():
            yield f"{name}_{percentile}", "s", quantile
    yield "coverage", "share of words", summary.coverage
    yield "erasure", "words taken back per final word", summary.erasure
    yield "erasure_raw", "words taken back per final word", summary.erasure_raw
    yield "invented", "words per minute of non-speech", summary.invented
    yield "upwr", "share of tentative words", summary.upwr
    yield "lag_slope", "s per s", summary.lag_slope
    yield "failures", "recordings", float(len(summary.failures))
    if timed:
        yield "rtf", "s per s", summary.cost.rtf


def _slice(system: str, each: Slice) -> dict[str, Any]:
    errors = each.errors
    counts = {name: getattr(errors, name) for name in _SLICES.names if hasattr(errors, name)}
    return {
        "system": system,
        "kind": each.kind,
        "slice": each.name,
        "recordings": each.recordings,
        **counts,
        "wer": plain_rate(errors),
        "cer": plain_rate(each.characters) if each.characters else None,
        "commit_latency_p50": each.p50.value,
        "commit_latency_p95": each.p95.value,
        "coverage": each.coverage,
    }


def _file(schema: pa.Schema, rows: list[dict[str, Any]]) -> bytes:
    """Not a number becomes null, so that readers need to know of one kind of "unknown" only."""
    known = [{k: None if v != v else v for k, v in row.items()} for row in rows]
    stamped = schema.with_metadata({b"streamwer_report": str(SCHEMA).encode()})
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(known, schema=stamped), out)
    return out.getvalue()
