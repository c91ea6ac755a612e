"""The report on two runs: old → new in words and in a table, on the page of every report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from streamwer.analysis import formatting
from streamwer.metrics.differences import Difference
from streamwer.metrics.stats.intervals import choose_decimals
from streamwer.metrics.stats.quantiles import Quantile
from streamwer.metrics.summary import Summary
from streamwer.reports import wording
from streamwer.reports.changes import LATENCIES, Change

_ARROW = f"{formatting.NO_BREAK}→{formatting.NO_BREAK}"
TIMED = (
    "Latencies were measured, each run at its own time: intervals are over speakers and do not"
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

    `shown` is what stands out: a difference whose interval leaves out 0.
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
    return (
        f": {_errors(change.wer, change.noun)}; {_timing(change.latency.get('Commit p50'))}{about}."
    )


def _errors(delta: Difference, noun: str) -> str:
    if not delta.known:
        return f"too few {noun}s to say whether WER changed"
    level = f"{100 * delta.confidence:g}{formatting.NO_BREAK}%"
    return wording.describe_difference(delta, "", level, noun)


def _timing(late: Quantile | None) -> str:
    if late is None or late.value is None or late.low is None or late.high is None:
        return "no word latency to compare"
    size = f"{_seconds(late.value)} (interval {_range(late.low, late.high)})"
    if late.shown:
        return f"half of the words are final {_way(late)} by {size}"
    return f"whether the median latency changed is not decided, {size}"


def _wer(change: Change) -> Cell:
    values = _ARROW.join(formatting.percent(each.wer.value) for each in (change.old, change.new))
    delta = change.wer
    if delta is None:
        return Cell(values, "not comparable", "", False)
    size = formatting.points(delta.value)
    if delta.known:
        size = f"{size} ({formatting.points_range(delta)})"
    return Cell(values, size, delta.finding, delta.shown)


def _late(change: Change, label: str) -> Cell:
    values = _ARROW.join(_quantile(each, label) for each in (change.old, change.new))
    late = change.latency.get(label)
    if late is None:
        return Cell(values, "not comparable", "", False)
    if late.value is None or late.low is None or late.high is None:
        return Cell(values, formatting.TOO_FEW, "", False)
    size = f"{_seconds(late.value)} ({_range(late.low, late.high)})"
    return Cell(values, size, _way(late) if late.shown else "", False)


def _quantile(summary: Summary, label: str) -> str:
    column, q = LATENCIES[label]
    return formatting.seconds(getattr(summary, _COLUMNS[column])[f"p{round(100 * q)}"].value)


def _way(late: Quantile) -> str:
    return "later" if (late.value or 0) > 0 else "sooner"


def _range(low: float, high: float) -> str:
    digits = choose_decimals((low, high), (0.0,), 2)
    return f"{_seconds(low, digits)} to {_seconds(high, digits)}"


def _seconds(value: float, digits: int = 2) -> str:
    if math.isinf(value):
        return "never" if value > 0 else "no longer never"
    return f"{formatting.number(value, digits, sign=True)}{formatting.NO_BREAK}s"
