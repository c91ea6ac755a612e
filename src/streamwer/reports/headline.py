"""The headline table: one row per figure, one column per system."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from streamwer.analysis import formatting
from streamwer.metrics.simulst_latency import Delay
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.summary import Summary
from streamwer.reports import capacities
from streamwer.reports.comparison import Comparison


class Cell(NamedTuple):
    """A figure, its interval in the same unit, and what that interval shows.

    `shown` says of a difference whether there is one; only then does it stand out.
    """

    text: str
    interval: str = ""
    remark: str = ""
    shown: bool | None = None


class Row(NamedTuple):
    """A figure of every system; `hint` says in a few words what it is."""

    label: str
    hint: str
    cells: list[Cell]


class Group(NamedTuple):
    """Rows that belong together."""

    title: str
    rows: list[Row]


_LATENCIES = {
    "Until a word is final (commit latency)": (
        ("Commit p50", "half of the words are final within", "commit_latency", "p50"),
        ("Commit p95", "95\u00a0% of the words are final within", "commit_latency", "p95"),
        ("Commit p99", "99\u00a0% of the words are final within", "commit_latency", "p99"),
        ("Ideal p50", "the same without compute and queueing", "commit_latency_ideal", "p50"),
        ("Ideal p95", "", "commit_latency_ideal", "p95"),
        ("Ideal p99", "", "commit_latency_ideal", "p99"),
    ),
    "Until a word is on screen, a first one, the last one": (
        ("First shown p50", "half of the words are shown for good within", "shown_latency", "p50"),
        ("First shown p95", "", "shown_latency", "p95"),
        ("First shown p99", "", "shown_latency", "p99"),
        ("First text p50", "from the first word’s end to any text", "first_text", "p50"),
        ("Finalisation p50", "from the last word’s end to the last commit", "finalisation", "p50"),
    ),
}


_RAW = "with case and punctuation"


def groups(comparison: Comparison, *, measured: bool = True) -> list[Group]:
    """The whole table; `measured=False` leaves out what another run would not repeat."""

    def row(label: str, hint: str, cell: Callable[[Summary], Cell]) -> Row:
        return Row(label, hint, [cell(system.summary) for system in comparison.systems])

    cost = [Group("Cost", [row("RTF", "compute seconds per second of audio", _rtf)])]
    return [
        Group("Accuracy", list(_accuracy(row, comparison))),
        *(
            Group(
                title, [row(label, hint, partial(_late, name, p)) for label, hint, name, p in rows]
            )
            for title, rows in _LATENCIES.items()
        ),
        Group(
            "Stability and completeness",
            [
                row("Erasure", "shown words taken back, per final word", _erasure),
                row("UPWR", "share of tentative words shown that did not hold", _upwr),
                row("Invented", "words per minute in which nobody speaks", _invented),
                row("Coverage", "share of reference words emitted at all", _coverage),
                row("Failures", "recordings without a transcript", _failures),
                row("Lag slope", "seconds of lag gained per second of audio", _lag_slope),
            ],
        ),
        Group(
            "For comparison with papers (means; they need no word times)",
            [row(label, hint, partial(_delay, name)) for label, hint, name in _LAGGING],
        ),
        *_carried(comparison),
        *(cost if measured else []),
    ]


def _carried(comparison: Comparison) -> Iterator[Group]:
    """How many calls at once a worker carries, at each level of service that was studied."""
    names = [system.summary.name for system in comparison.systems]
    rows = []
    for section in capacities.sections(comparison):
        shown = {each.name: each for each in section.shown}
        if section.name == section.slo.name and shown:
            label = f"Calls at p95 ≤ {section.slo.p95_commit_s:g}{formatting.NO_BREAK}s"
            cells = [_calls(shown.get(name)) for name in names]
            rows.append(Row(label, f"level “{section.name}”, clock {section.clock}", cells))
    if rows:
        yield Group("Simultaneous calls that one worker carries", rows)


def _calls(shown: capacities.Shown | None) -> Cell:
    if shown is None:
        return Cell(formatting.UNKNOWN)
    return Cell(f"{shown.carried.capacity.value:,}", shown.interval)


_LAGGING = (
    ("LAAL", "length-adaptive average lagging, without compute and with it", "laal"),
    ("StreamLAAL", "the same of each segment, without compute and with it", "stream_laal"),
)
_RowOf = Callable[[str, str, Callable[[Summary], Cell]], Row]


def _accuracy(row: _RowOf, comparison: Comparison) -> Iterator[Row]:
    yield row("WER", "word error rate", _wer)
    if comparison.baseline:
        delta = partial(_delta, comparison.baseline)
        yield row(f"ΔWER to {comparison.baseline}", "in percentage points", delta)


def _wer(summary: Summary) -> Cell:
    return Cell(
        formatting.percent(summary.wer.value), formatting.percent_range(summary.wer, unit=False)
    )


def _delta(baseline: str, summary: Summary) -> Cell:
    delta = summary.delta_wer
    if delta is None:
        return Cell(
            formatting.UNKNOWN, "baseline" if summary.name == baseline else "not comparable"
        )
    interval = formatting.points_range(delta) if delta.known else ""
    return Cell(formatting.points(delta.value), interval, delta.finding, delta.shown)


def _late(latency: str, percentile: str, summary: Summary) -> Cell:
    if math.isnan(summary.coverage):  # more words would not help: none has a time
        return Cell(formatting.UNKNOWN)
    quantile: Quantile = getattr(summary, latency)[percentile]
    remark = ""
    if latency == "shown_latency":
        remark = f"{formatting.seconds(summary.shown_latency_raw[percentile].value)} {_RAW}"
    interval = formatting.seconds_range(quantile, unit=False)
    return Cell(formatting.seconds(quantile.value), interval, remark)


def _erasure(summary: Summary) -> Cell:
    return Cell(
        formatting.number(summary.erasure, 2), f"{formatting.number(summary.erasure_raw, 2)} {_RAW}"
    )


def _upwr(summary: Summary) -> Cell:
    return Cell(formatting.percent(summary.upwr))


def _invented(summary: Summary) -> Cell:
    return Cell(formatting.number(summary.invented, 2))


def _lag_slope(summary: Summary) -> Cell:
    return Cell(formatting.number(summary.lag_slope, 3))


def _delay(name: str, summary: Summary) -> Cell:
    delay: Delay = getattr(summary.lagging, name)
    if math.isnan(delay.ideal):
        return Cell(formatting.UNKNOWN)
    silent = summary.lagging.silent_recordings
    left_out = f"{formatting.count(silent, 'silent recording')} left out" if silent else ""
    aware = f"{formatting.seconds(delay.aware)} with it"
    return Cell(formatting.seconds(delay.ideal), aware, left_out)


def _coverage(summary: Summary) -> Cell:
    return Cell(formatting.percent(summary.coverage))


def _failures(summary: Summary) -> Cell:
    return Cell(f"{len(summary.failures)} of {summary.recordings}")


def _rtf(summary: Summary) -> Cell:
    return Cell(formatting.number(summary.cost.rtf, 3))
