"""The verdict in words: only what the figures and their intervals show."""

from __future__ import annotations

import math
from collections.abc import Iterator

from streamwer.analysis.formatting import (
    format_count,
    format_number,
    format_percent,
    format_percent_range,
    format_seconds,
)
from streamwer.metrics.summary import Summary
from streamwer.metrics.tables import name_block_unit
from streamwer.reports import machine, run_diff, wording
from streamwer.reports.comparison import Comparison, System
from streamwer.reports.provenance import format_confidence, get_policy_name
from streamwer.reports.wording import Sentence

_UNTIMED = (
    "The references have no word times, so word latencies are unknown:"
    " alignment=forced finds word times (docs/word-times.md)."
)
_UNAWARE = "Compute time is not counted (clock: unaware): latencies show the policies’ delay alone."


def describe_verdict(comparison: Comparison) -> list[Sentence]:
    """Give one sentence per system, the baseline last, then those on failures and the clock."""
    if comparison.run_diff:
        note = [Sentence("", run_diff.CLOCK_NOTE)] if machine.measures_compute(comparison) else []
        return [*run_diff.describe_changes(comparison.run_diff), *note]
    baseline = comparison.baseline
    ordered = sorted(comparison.systems, key=lambda system: system.summary.name == baseline)
    return [
        *(_describe(system, comparison) for system in ordered),
        *_shortfalls([system.summary for system in ordered], comparison),
        *_failures(comparison),
        *([] if comparison.has_word_times else [Sentence("", _UNTIMED)]),
        *([Sentence("", _UNAWARE)] if comparison.clock == "unaware" else []),
    ]


def list_warnings(comparison: Comparison) -> list[Sentence]:
    """Say which systems must not be compared, and why."""
    if comparison.run_diff:
        return run_diff.list_warnings(comparison.run_diff)
    return [
        _incomparable(system, comparison)
        for system in comparison.systems
        if any(system.incomparable.values())
    ]


def make_title(comparison: Comparison) -> str:
    """Name what was compared, in one line."""
    if comparison.run_diff:
        return f"{comparison.run_diff.old} → {comparison.run_diff.new}"
    names = [system.summary.name for system in comparison.systems]
    compared = [name for name in names if name != comparison.baseline]
    if len(names) > 4 or not compared:
        return f"{comparison.dataset}: {format_count(len(names), 'system')} compared"
    listed = " and ".join(filter(None, [", ".join(compared[:-1]), compared[-1]]))
    against = f" against {comparison.baseline}" if len(compared) < len(names) else ""
    return f"{comparison.dataset}: {listed}{against}"


def _describe(system: System, comparison: Comparison) -> Sentence:
    summary = system.summary
    if summary.name == comparison.baseline:
        waits = (
            " waits for the end of each call and" if get_policy_name(system) == "offline" else ""
        )
        return Sentence(summary.name, f", the baseline,{waits} has {_wer(summary, comparison)}.")
    return Sentence(summary.name, f" {_latency(summary)}{_accuracy(summary, comparison)}.")


def _latency(summary: Summary) -> str:
    middle = summary.latencies["shown_latency"]["p50"].value
    if math.isnan(summary.coverage):
        return "has no word latencies"
    if middle is None:
        return "has too few timed words for a latency"
    if math.isinf(middle):
        return "never shows half of the words"
    if middle <= 0:
        return "shows half of the words before they end"
    return f"shows half of the words within {format_seconds(middle, 1)} of being spoken"


def _accuracy(summary: Summary, comparison: Comparison) -> str:
    delta, baseline = summary.delta_wer, comparison.baseline
    if delta is None or not delta.is_known:
        return f", at {_wer(summary, comparison)}"
    level = format_confidence(comparison)
    noun = name_block_unit(comparison.systems[0].scores.recordings)
    return f"; {wording.describe_difference(delta, baseline, level, noun)}"


def _wer(summary: Summary, comparison: Comparison) -> str:
    if math.isnan(summary.wer.value):
        return "an unknown WER, since there are no reference words"
    if not summary.errors.errors and summary.wer.is_known:
        words = format_count(summary.errors.words, "word")
        return f"no errors in {words}: WER at most {format_percent(summary.wer.high)}"
    interval = f"{format_confidence(comparison)} interval {format_percent_range(summary.wer)}"
    return f"{format_percent(summary.wer.value)} WER ({interval})"


def _shortfalls(summaries: list[Summary], comparison: Comparison) -> Iterator[Sentence]:
    """Name the systems that compute for longer than the audio lasts."""
    for summary in summaries if machine.measures_compute(comparison) else ():
        if summary.cost.rtf >= 1:
            rtf = format_number(summary.cost.rtf, 2)
            yield Sentence(
                summary.name,
                f" cannot keep up with live audio here: {rtf} s of compute per second of audio.",
            )


def _failures(comparison: Comparison) -> Iterator[Sentence]:
    for summary in (system.summary for system in comparison.systems):
        if summary.failures:
            recordings = format_count(summary.recordings, "recording")
            yield Sentence(
                summary.name,
                f" failed on {len(summary.failures)} of {recordings}: their words count as deleted"
                " and as never shown.",
            )


def _incomparable(system: System, comparison: Comparison) -> Sentence:
    """Name the figures in which it cannot be compared; what WER needs, latency needs too."""
    baseline = comparison.baseline or comparison.systems[0].summary.name
    figures = [
        f"{'WER or latency' if figure == 'wer' else 'latency'} ({'; '.join(reasons)})"
        for figure, reasons in system.incomparable.items()
        if reasons and (figure == "wer" or not system.incomparable.get("wer"))
    ]
    return Sentence(
        system.summary.name, f" is not comparable with {baseline} in {', '.join(figures)}."
    )
