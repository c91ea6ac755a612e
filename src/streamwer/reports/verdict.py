"""The verdict in words: which system, how wrong, how late, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterator

from streamwer.analysis.formatting import (
    format_count,
    format_number,
    format_percent,
    format_percent_range,
    format_seconds,
    format_seconds_range,
)
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.summary import Summary
from streamwer.metrics.tables import name_block_unit
from streamwer.provenance.contention import describe_share, is_contended
from streamwer.reports import machine, run_diff, wording
from streamwer.reports.comparison import Comparison, System
from streamwer.reports.latencies import choose_main_latency
from streamwer.reports.provenance import get_policy_name
from streamwer.reports.wording import Clause, Sentence, join_names

_UNTIMED = (
    "The references have no word times, so LAAL stands for the latency: alignment=forced finds word"
    " times (docs/word-times.md)."
)
_UNAWARE = "Compute time is not counted (clock: unaware): latencies show the policies’ delay alone."
_MAX_NAMES = 2


def make_title(comparison: Comparison) -> str:
    """Say in one line which system is fastest, and what is known of the differences in errors."""
    if comparison.run_diff:
        return f"{comparison.run_diff.old} → {comparison.run_diff.new}"
    fastest, within = _find_fastest(comparison)
    errors = _summarise_errors(comparison, fastest)
    count = format_count(len(comparison.systems), "system")
    title = "; ".join(filter(None, [within, errors])) or f"{count} compared"
    return f"No{title[2:]}" if title.startswith("no ") else title


def describe_verdict(comparison: Comparison) -> list[Sentence]:
    """Give one sentence per system, the fastest first, then those on failures and the clock."""
    if comparison.run_diff:
        note = [Sentence("", run_diff.CLOCK_NOTE)] if machine.measures_compute(comparison) else []
        return [*run_diff.describe_changes(comparison.run_diff), *note]
    late = choose_main_latency(comparison).by_system
    values = {name: math.inf if each.value is None else each.value for name, each in late.items()}
    ordered = sorted(comparison.systems, key=lambda system: values[system.summary.name])
    return [
        *(_describe(system, comparison) for system in ordered),
        *_explain_offline(comparison),
        *_describe_machine([system.summary for system in ordered], comparison),
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


def _find_fastest(comparison: Comparison) -> tuple[str, str]:
    """Find the streaming system whose whole interval is below those of all others.

    Returns:
        Its name, "" if there is none, and the finding in words.
    """
    latency = choose_main_latency(comparison)
    streaming = [s.summary.name for s in comparison.systems if get_policy_name(s) != "offline"]
    late = sorted(
        (value.value, name, value)
        for name, value in latency.by_system.items()
        if name in streaming and value.value is not None and math.isfinite(value.value)
    )
    if not late:
        return "", ""
    (seconds, first, quantile), *others = late
    tied = [first, *(name for _, name, other in others if not _is_below(quantile, other))]
    if len(tied) == len(late) > 1:
        return "", "no difference in latency is shown"
    if len(tied) > 1:
        named = (
            join_names(tied) if len(tied) <= _MAX_NAMES else f"{len(tied)} of {len(late)} systems"
        )
        return "", f"{named} are fastest: their intervals overlap"
    how = _say_how_late(seconds, comparison.has_word_times)
    return first, f"{first} is fastest: {how}" if others else f"{first}: {how}"


def _is_below(one: Quantile, other: Quantile) -> bool:
    """Tell whether the intervals are apart, which shows more than the paired difference needs."""
    return one.high is not None and other.low is not None and one.high < other.low


def _say_how_late(seconds: float, has_word_times: bool) -> str:
    if not has_word_times:
        return f"the text lags by {format_seconds(seconds, 1)} on average (LAAL)"
    when = "before they end" if seconds <= 0 else f"within {format_seconds(seconds, 1)}"
    return f"half of the words are final {when}"


def _summarise_errors(comparison: Comparison, fastest: str) -> str:
    """Say which systems are shown to differ in errors from the baseline; the fastest is "it"."""
    deltas = {s.summary.name: s.summary.delta_wer for s in comparison.systems}
    known = {name: delta for name, delta in deltas.items() if delta and delta.is_known}
    if not known:
        return ""
    shown = {name: delta.value > 0 for name, delta in known.items() if delta.excludes_zero}
    if not shown:
        matters = all(delta.rules_out_difference for delta in known.values())
        end = "that matters" if matters else "is shown"
        return f"no difference in errors to {comparison.baseline} {end}"
    clauses = []
    for is_more, word in ((True, "more"), (False, "fewer")):
        names = [name for name, more in shown.items() if more == is_more]
        if names:
            names = ["it" if name == fastest else name for name in names]
            who = join_names(names) if len(names) <= _MAX_NAMES else f"{len(names)} systems"
            makes = "makes" if len(names) == 1 else "make"
            clauses.append(f"{who} {makes} {word} errors than {comparison.baseline}")
    return ", ".join(clauses)


def _describe(system: System, comparison: Comparison) -> Sentence:
    summary = system.summary
    clauses = (_describe_errors(summary), *_describe_latency(system, comparison))
    return Sentence(summary.name, f". {_compare_errors(summary, comparison)}".rstrip(), clauses)


def _describe_errors(summary: Summary) -> Clause:
    wer = summary.wer
    if math.isnan(wer.value):
        return Clause("an unknown WER, since there are no reference words")
    if not summary.errors.errors and wer.is_known:
        words = format_count(summary.errors.words, "word")
        return Clause("", "none", f" of {words} wrong", f"at most {format_percent(wer.high)}")
    interval = format_percent_range(wer)
    return Clause("", format_percent(wer.value), " of words wrong", interval)


def _describe_latency(system: System, comparison: Comparison) -> Iterator[Clause]:
    """Give the latency by which systems are told apart, and the p95 of the words."""
    summary = system.summary
    main = choose_main_latency(comparison).by_system[summary.name]
    if not comparison.has_word_times:
        lag = format_seconds(main.value) if main.value is not None else "unknown"
        yield Clause("average lag ", lag, " (LAAL)", format_seconds_range(main))
    elif math.isnan(summary.coverage):
        yield Clause("no word latencies")
    elif main.value is None:
        yield Clause("too few timed words for a latency")
    else:
        wait = "only when the call has ended, " if get_policy_name(system) == "offline" else ""
        yield _describe_quantile(f"{wait}half of the words", " final", main)
        p95 = summary.commit_latency["p95"]
        if p95.value is not None and math.isfinite(main.value):
            yield _describe_quantile("95\u00a0%", "", p95)


def _describe_quantile(share: str, final: str, late: Quantile) -> Clause:
    assert late.value is not None
    if math.isinf(late.value):
        return Clause(f"{share} ", "never", final)
    ends = format_seconds_range(late)
    if late.value <= 0:
        return Clause(f"{share}{final} ", "before they end", "", ends)
    return Clause(f"{share}{final} within ", format_seconds(late.value), "", ends)


def _compare_errors(summary: Summary, comparison: Comparison) -> str:
    """Say what the difference in errors to the baseline is; of the baseline, that it is one."""
    delta, baseline = summary.delta_wer, comparison.baseline
    if summary.name == baseline:
        return "It is the baseline."
    if delta is None or not delta.is_known:
        return "Its errors are not compared." if baseline else ""
    noun = name_block_unit(comparison.systems[0].scores.recordings)
    text = wording.describe_difference(delta, baseline, "", noun)
    return f"{text[0].upper()}{text[1:]}."


def _explain_offline(comparison: Comparison) -> Iterator[Sentence]:
    """Say so where a streaming system has fewer errors than one that heard the whole call."""
    systems = [s for s in comparison.systems if s.summary.errors.words]
    streaming = [s.summary for s in systems if get_policy_name(s) != "offline"]
    best = min(streaming, key=lambda summary: summary.wer.value, default=None)
    for summary in (s.summary for s in systems if get_policy_name(s) == "offline"):
        if best and best.wer.value < summary.wer.value:
            delta = best.delta_wer if summary.name == comparison.baseline else None
            shown = "" if delta and delta.excludes_zero else " (not decided)"
            yield Sentence(
                summary.name,
                f" has more errors here than {best.name}{shown}: {_count_errors(summary)}, against"
                f" {_count_errors(best)}. To hear the whole call need not help: Whisper reads it"
                " in windows of 30\u00a0s, and one that loops or stops early costs many words.",
            )


def _count_errors(summary: Summary) -> str:
    errors = summary.errors
    kinds = (errors.substitutions, errors.deletions, errors.insertions)
    return "{} substituted, {} deleted, {} inserted words".format(*kinds)


def _describe_machine(summaries: list[Summary], comparison: Comparison) -> Iterator[Sentence]:
    """Name the systems that compute for longer than the audio lasts, or had to wait for a core."""
    if not machine.measures_compute(comparison):
        return
    for summary in summaries:
        if summary.cost.rtf >= 1:
            rtf = format_number(summary.cost.rtf, 2)
            text = f" cannot keep up with live audio here: {rtf} s of compute per second of audio."
            yield Sentence(summary.name, text)
    busy = [f"{s.name} {describe_share(s.machine)}" for s in summaries if is_contended(s.machine)]
    if busy:
        yield Sentence(
            "",
            "The machine was busy, which raises latency and cost: waiting for a core took"
            f" {join_names(busy)} of the time.",
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
