"""The line at the end of a run: what it cost, and how late words came."""

from __future__ import annotations

import math
from collections.abc import Sequence

from streamwer.cli.transcript import Transcript


def describe_cost(transcripts: Sequence[Transcript]) -> str:
    """Describe the compute and the commit latency of a run in one line; empty if there was none.

    Latencies are those of the recognised words, from the ends that the model gives them: they need
    no reference, and say nothing of words that were missed.
    """
    seconds = sum(each.seconds or 0.0 for each in transcripts if each.steps)
    if not seconds:
        return ""
    steps = [step for each in transcripts for step in each.steps]
    compute = sum(step.compute.total for step in steps)
    late = sorted(step.emitted - word.end for step in steps for word in step.update.committed)
    return f"RTF {compute / seconds:.2f}{_describe_latency(late)}"


def _describe_latency(late: Sequence[float]) -> str:
    """Describe the p50 and the p95 of sorted latencies; from too few words, only what they tell."""
    from streamwer.metrics.stats.quantiles import has_enough_events  # only now: it loads pandas

    known = [
        f"{late[math.ceil(q * len(late)) - 1]:.1f} s (p{100 * q:g})"
        for q in (0.5, 0.95)
        if has_enough_events(len(late), q)
    ]
    if not known:
        return ""
    return f"; commit latency {', '.join(known)} by the model's word times"
