"""The Pareto lines of AA-WER Streaming: which systems no other beats in both WER and latency."""

from __future__ import annotations

import math
from collections.abc import Iterator

from streamwer.analysis.formatting import format_percent, format_seconds
from streamwer.analysis.sweeps.front import find_pareto_front
from streamwer.reports.comparison import Comparison

_MOMENTS = (
    ("end_of_speech_final", "first final text"),
    ("end_of_speech_any", "first text of any kind"),
)


def describe_pareto_lines(comparison: Comparison) -> Iterator[str]:
    """Yield a sentence for each of the two moments, where two systems or more have figures."""
    summaries = [system.summary for system in comparison.systems]
    for name, moment in _MOMENTS:
        points = [
            (_replace_none(each.latencies[name]["p50"].value), each.figures[f"{name}_wer"].value)
            for each in summaries
        ]
        if sum(all(map(math.isfinite, point)) for point in points) < 2:
            continue
        front = (
            f"{summaries[at].name} ({format_percent(points[at][1])} after"
            f" {format_seconds(points[at][0])})"
            for at in find_pareto_front(points)
        )
        yield (
            f"At the {moment} after the end of speech (AA-WER Streaming), no other system has both"
            f" fewer errors and less latency than: {', '.join(front)}."
        )


def _replace_none(value: float | None) -> float:
    return math.inf if value is None else value
