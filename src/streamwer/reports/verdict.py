"""The verdict in words: only what the figures and their intervals show."""

from __future__ import annotations

import math
from typing import NamedTuple

from streamwer.analysis import formatting
from streamwer.metrics.summary import Summary
from streamwer.metrics.tables import block_noun
from streamwer.reports import machine, run_diff, wording
from streamwer.reports.comparison import Comparison, System
from streamwer.reports.provenance import confidence, policy


class Sentence(NamedTuple):
    """A sentence about a system ("" for all of them); `text` goes on after the name."""

    system: str
    text: str


def sentences(comparison: Comparison) -> list[Sentence]:
    """One sentence per system, the baseline last, then those on failures and on the clock."""
    if comparison.versus:
        timed = [Sentence("", run_diff.TIMED)] if machine.is_timed(comparison) else []
        return [*(Sentence(*said) for said in run_diff.sentences(comparison.versus)), *timed]
    baseline = comparison.baseline
    ordered = sorted(comparison.systems, key=lambda system: system.summary.name == baseline)
    return [
        *(_of(system, comparison) for system in ordered),
        *(_behind(s.summary) for s in ordered if _falls_behind(s, comparison)),
        *(_failed(s.summary) for s in comparison.systems if s.summary.failures),
        *_untimed(comparison),
        *_clock(comparison.clock),
    ]


def banners(comparison: Comparison) -> list[Sentence]:
    """What must not be compared with what, and why."""
    if comparison.versus:
        return [Sentence(*said) for said in run_diff.banners(comparison.versus)]
    return [
        _incomparable(s, comparison) for s in comparison.systems if any(s.incomparable.values())
    ]


def title(comparison: Comparison) -> str:
    """What was compared, in one line."""
    if comparison.versus:
        return f"{comparison.versus.old} → {comparison.versus.new}"
    names = [system.summary.name for system in comparison.systems]
    others = [name for name in names if name != comparison.baseline]
    if len(names) > 4 or not others:
        return f"{comparison.dataset}: {formatting.count(len(names), 'system')} compared"
    listed = " and ".join(filter(None, [", ".join(others[:-1]), others[-1]]))
    against = f" against {comparison.baseline}" if len(others) < len(names) else ""
    return f"{comparison.dataset}: {listed}{against}"


def _of(system: System, comparison: Comparison) -> Sentence:
    summary = system.summary
    if summary.name == comparison.baseline:
        waits = " waits for the end of each call and" if policy(system) == "offline" else ""
        return Sentence(summary.name, f", the baseline,{waits} makes {_wer(summary, comparison)}.")
    accuracy = _accuracy(summary, comparison)
    return Sentence(summary.name, f" {_latency(summary)}{accuracy}.")


def _latency(summary: Summary) -> str:
    middle = summary.shown_latency["p50"].value
    if math.isnan(summary.coverage):
        return "has no word latencies"
    if middle is None:
        return "has too few timed words to say how late they are"
    if math.isinf(middle):
        return "never shows half of the words"
    if middle <= 0:
        return "shows half of the words before they end"
    return f"shows half of the words within {formatting.seconds(middle, 1)} of being spoken"


def _accuracy(summary: Summary, comparison: Comparison) -> str:
    delta, baseline = summary.delta_wer, comparison.baseline
    if delta is None or not delta.known:
        return f", at {_wer(summary, comparison)}"
    level, noun = confidence(comparison), block_noun(comparison.systems[0].scores.recordings)
    return f"; {wording.describe_difference(delta, baseline, level, noun)}"


def _wer(summary: Summary, comparison: Comparison) -> str:
    if math.isnan(summary.wer.value):
        return "a WER that is not known, for want of reference words"
    if not summary.errors.errors and summary.wer.known:
        words = formatting.count(summary.errors.words, "word")
        return f"no errors in {words}: WER at most {formatting.percent(summary.wer.high)}"
    interval = f"{confidence(comparison)} interval {formatting.percent_range(summary.wer)}"
    return f"{formatting.percent(summary.wer.value)} WER ({interval})"


def _falls_behind(system: System, comparison: Comparison) -> bool:
    return machine.is_timed(comparison) and system.summary.cost.rtf >= 1


def _behind(summary: Summary) -> Sentence:
    rtf = formatting.number(summary.cost.rtf, 2)
    return Sentence(
        summary.name,
        f" cannot keep up with live audio here: {rtf} s of compute per second of audio.",
    )


def _failed(summary: Summary) -> Sentence:
    failed, of = len(summary.failures), formatting.count(summary.recordings, "recording")
    return Sentence(
        summary.name,
        f" failed on {failed} of {of}: their words count as deleted and as never shown.",
    )


def _incomparable(system: System, comparison: Comparison) -> Sentence:
    """In which figures it cannot be compared; what WER needs, latency needs too."""
    other = comparison.baseline or comparison.systems[0].summary.name
    told = [
        f"{'WER or latency' if figure == 'wer' else 'latency'} ({'; '.join(reasons)})"
        for figure, reasons in system.incomparable.items()
        if reasons and (figure == "wer" or not system.incomparable.get("wer"))
    ]
    return Sentence(system.summary.name, f" is not comparable with {other} in {', '.join(told)}.")


def _untimed(comparison: Comparison) -> list[Sentence]:
    if comparison.timed:
        return []
    return [
        Sentence(
            "",
            "No word of the references has a time, so that no word latency is known:"
            " alignment=forced finds word times (docs/word-times.md).",
        )
    ]


def _clock(clock: str) -> list[Sentence]:
    if clock != "unaware":
        return []
    text = "Compute counts as no time here (clock: unaware): latencies are the policies’ own delay."
    return [Sentence("", text)]
