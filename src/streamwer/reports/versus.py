"""The report on two runs: old → new in words and in a table, on the page of every report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from streamwer.metrics import Difference, Quantile, Summary
from streamwer.reports import figures
from streamwer.reports.changes import LATENCIES, Change

_ARROW = f"{figures.NO_BREAK}→{figures.NO_BREAK}"
TIMED = (
    "Latencies were measured, each run at its own time: intervals are over recordings and do not"
    " hold how busy the machine was. Running both in turns does: docs/gate.md."
)
_COLUMNS = {"committed": "commit_latency", "shown": "shown_latency"}


@dataclass(frozen=True)
class Versus:
    """Two runs.

    Attributes:
        old: what the first one is called.
        new: what the second one is called.
        changes: of the systems that both have.
        alone: the systems that only one of them has, each with where it is.
    """

    old: str
    new: str
    changes: Sequence[Change]
    alone: Sequence[str] = ()

    @property
    def refused(self) -> bool:
        """Whether a pair was not comparable at all, or there was none."""
        return not self.changes or any(change.reasons["wer"] for change in self.changes)


class Cell(NamedTuple):
    """Old → new, the difference with its interval, and what it shows.

    `shown` is what stands out: a difference that a test, adjusted for their number, shows.
    """

    values: str
    difference: str
    remark: str
    shown: bool


class Row(NamedTuple):
    """A figure, of every system."""

    label: str
    cells: list[Cell]


def table(versus: Versus) -> list[Row]:
    """One row per figure, one cell per system."""
    return [
        Row("WER", [_wer(change) for change in versus.changes]),
        *(Row(label, [_late(change, label) for change in versus.changes]) for label in LATENCIES),
    ]


def sentences(versus: Versus) -> list[tuple[str, str]]:
    """What changed, system by system, in words: the name and how the sentence goes on."""
    return [
        *((change.system, _said(change)) for change in versus.changes),
        *((name, " is not compared.") for name in versus.alone),
    ]


def banners(versus: Versus) -> list[tuple[str, str]]:
    """Why something was not compared."""
    found = []
    for change in versus.changes:
        for figure, named in (("wer", "in anything"), ("latency", "in latency")):
            why = change.reasons[figure]  # type: ignore[index]
            if why:
                found.append((change.system, f" is not comparable {named}: {'; '.join(why)}."))
                break
    return found


def _said(change: Change) -> str:
    if change.wer is None:
        return " is not comparable."
    about = f" ({'; '.join(change.differs)})" if change.differs else ""
    return f": {_errors(change.wer)}; {_timing(change.latency.get('Commit p50'))}{about}."


def _errors(delta: Difference) -> str:
    if not delta.known:
        return "too few speakers to say whether WER changed"
    sure = f"interval {figures.points_range(delta)}, {figures.p_value(delta.p_holm)}"
    if delta.shown:
        way = "more" if delta.value > 0 else "fewer"
        return f"{way} errors, {figures.points(delta.value)} points ({sure})"
    return f"no change in WER is shown ({sure})"


def _timing(late: Quantile | None) -> str:
    if late is None or late.value is None or late.low is None or late.high is None:
        return "no word latency to compare"
    size = f"{_seconds(late.value)} (interval {_seconds(late.low)} to {_seconds(late.high)})"
    if _differs(late):
        return f"half of the words are final {_way(late)} by {size}"
    return f"no change in median latency is shown, {size}"


def _wer(change: Change) -> Cell:
    values = _ARROW.join(figures.percent(each.wer.value) for each in (change.old, change.new))
    delta = change.wer
    if delta is None:
        return Cell(values, "not comparable", "", False)
    remark = figures.p_value(delta.p_holm) if delta.known else "not known"
    size = f"{figures.points(delta.value)} ({figures.points_range(delta)})"
    return Cell(values, size, remark, delta.shown)


def _late(change: Change, label: str) -> Cell:
    values = _ARROW.join(_quantile(each, label) for each in (change.old, change.new))
    late = change.latency.get(label)
    if late is None:
        return Cell(values, "not comparable", "", False)
    if late.value is None or late.low is None or late.high is None:
        return Cell(values, figures.TOO_FEW, "", False)
    size = f"{_seconds(late.value)} ({_seconds(late.low)} to {_seconds(late.high)})"
    return Cell(values, size, _way(late) if _differs(late) else "", False)


def _quantile(summary: Summary, label: str) -> str:
    column, q = LATENCIES[label]
    return figures.seconds(getattr(summary, _COLUMNS[column])[f"p{round(100 * q)}"].value)


def _differs(late: Quantile) -> bool:
    """Whether the interval leaves 0 out."""
    return late.low is not None and late.high is not None and not late.low <= 0 <= late.high


def _way(late: Quantile) -> str:
    return "later" if (late.value or 0) > 0 else "sooner"


def _seconds(value: float) -> str:
    if math.isinf(value):
        return "never" if value > 0 else "no longer never"
    return f"{figures.number(value, 2, sign=True)}{figures.NO_BREAK}s"
