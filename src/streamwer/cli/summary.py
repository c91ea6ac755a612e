"""The line at the end of a run: what it cost, and how late words came."""

from __future__ import annotations

import math
from array import array

from streamwer.cli.transcript import FileTranscript


class CostSummary:
    """Sums up the compute and the commit latencies of transcripts.

    Latencies are those of the recognised words, from the ends that the model gives them: they need
    no reference, and say nothing of words that were missed.
    """

    def __init__(self) -> None:
        self._seconds = self._compute = 0.0
        self._late = array("d")

    def add(self, done: FileTranscript) -> None:
        """Add a transcript; one that failed has no steps and counts for nothing."""
        if done.steps:
            self._seconds += done.seconds or 0.0
        for step in done.steps:
            self._compute += step.compute.total
            self._late.extend(step.emitted - word.end for word in step.update.committed)

    def describe(self) -> str:
        """Describe them in one line; empty if there was no audio."""
        if not self._seconds:
            return ""
        return f"RTF {self._compute / self._seconds:.2f}{self._describe_latency()}"

    def _describe_latency(self) -> str:
        """Describe the p50 and the p95; from too few words, only what they tell."""
        from streamwer.metrics.stats.quantiles import has_enough_events  # only now: it loads pandas

        late = sorted(self._late)
        known = [
            f"{late[math.ceil(q * len(late)) - 1]:.1f} s (p{100 * q:g})"
            for q in (0.5, 0.95)
            if has_enough_events(len(late), q)
        ]
        return f"; commit latency {', '.join(known)} by the model's word times" if known else ""
