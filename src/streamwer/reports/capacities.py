"""The capacity section: how many calls at once a worker serves with each system.

The figures come from separate, earlier load tests. Only those are shown whose signature matches
that of the systems that are compared now.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from streamwer.analysis.capacity.curve import (
    LoadPoint,
    build_curve,
    first_violated_slo,
    select_complete,
)
from streamwer.analysis.capacity.study import (
    CapacityStudy,
    SystemCapacity,
    compare_methods,
    find_changes,
)
from streamwer.analysis.formatting import NO_BREAK, format_count, format_number, format_seconds
from streamwer.config.load import SloConfig
from streamwer.provenance.signature import Signature
from streamwer.reports.comparison import Comparison
from streamwer.reports.palette import Style, assign_styles

_DIGEST = re.compile("@[0-9a-f]+")
LEGEND = (
    "Medians over the seeds. Offered: calls at once on average; achieved: seconds of audio heard"
    " and shown in a second; lag slope: seconds of lag gained in a second; busy: share of its time"
    " in which the worker computes; waiting: calls that wait for it, on average; ΔWER, emitted and"
    " updates: against the same calls alone; within: with how many seeds the load is carried."
    " Never: so many words never came that the percentile is one of them."
)
"""An explanation of the columns in `HEADER`, which is below."""
_ARRIVALS = {
    "fixed": "Calls follow each other on a fixed number of lines:",
    "poisson": "Calls arrive at random:",
    "together": "All calls begin together, and the next ones when they end:",
}
_VIOLATIONS = {
    "p95_commit_s": "words come late",
    "lag_slope": "it falls behind",
    "wer_points": "more word errors",
    "emitted": "words are lost",
    "partial_rate": "updates are too rare",
}


@dataclass(frozen=True)
class CapacityEntry:
    """One system of a study, and the service level that each of its calls must still get."""

    style: Style
    carried: SystemCapacity
    slo: SloConfig

    @property
    def name(self) -> str:
        """Name of the system."""
        return self.style.name

    @cached_property
    def points(self) -> list[LoadPoint]:
        """All loads, in order."""
        return build_curve(self.carried.runs, self.slo)

    @cached_property
    def complete(self) -> list[LoadPoint]:
        """The loads that were tested with every seed."""
        return select_complete(self.points)

    @property
    def is_unbounded(self) -> bool:
        """Tell whether it may serve more, since no larger load was tested."""
        return self.carried.is_unbounded(self.slo)

    @property
    def interval(self) -> str:
        """The range of the capacity over the seeds, in words."""
        capacity = self.carried.capacity
        if self.is_unbounded:
            return f"{capacity.low:,} or more"
        if not capacity.has_interval:
            return "one seed: no interval"
        more = " or more" if self.carried.is_open_ended(self.slo) else ""
        return f"{capacity.low:,} to {capacity.high:,}{more}"

    @property
    def bottleneck(self) -> str:
        """The demands that fail first as calls increase, in words."""
        first = first_violated_slo(self.carried.runs, self.slo)
        return ", or ".join(_VIOLATIONS[name] for name in first[:2]) or "nothing that was tested"

    @property
    def sentence(self) -> str:
        """Its capacity in words; goes on after its name."""
        level = f"p95 commit latency ≤ {self.slo.p95_commit_s:g}{NO_BREAK}s"
        value, alone = self.carried.capacity.value, self.complete[0].middle
        if value:
            calls = format_count(value, "simultaneous call")
            if self.is_unbounded:
                return f" serves at least {calls} with {level} on one worker: no more were tested."
            interval = self._describe_interval()
            beyond = f"beyond that, {self.bottleneck}"
            return f" serves {calls} with {level} on one worker ({interval}); {beyond}."
        if alone.p95 is None:
            return f" is not known to serve a call with {level}: there are too few words."
        if alone.p95 > self.slo.p95_commit_s and alone.streams == 1:
            late = f"its p95 is {format_seconds(alone.p95)}"
            if math.isinf(alone.p95):
                late = "more than one word in twenty never comes"
            return f" serves none with {level}: even for a single call, {late}."
        return f" serves none with {level}: {self.bottleneck} even with a single call."

    def _describe_interval(self) -> str:
        capacity = self.carried.capacity
        if not capacity.has_interval:
            return "one seed of the arrivals: no interval"
        level = f"{100 * capacity.confidence:.3g}{NO_BREAK}%"
        return f"{self.interval}, a {level} interval over {self.complete[0].seeds} seeds"


@dataclass(frozen=True)
class CapacitySection:
    """One study as the page shows it.

    Attributes:
        level: the service level, in a sentence.
        entries: the systems that are shown.
        left_out: systems that are compared but not shown, and why.
    """

    name: str
    level: str
    load: str
    clock: str
    slo: SloConfig
    entries: tuple[CapacityEntry, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """Its name in words."""
        return self.name.replace("_", " ")

    @property
    def arrivals(self) -> str:
        """The arrivals of calls in words; goes on with the load."""
        return _ARRIVALS.get(self.load.partition("(")[0], "Calls arrive as")


def build_sections(comparison: Comparison) -> list[CapacitySection]:
    """Build a section for each study of these systems on these recordings."""
    studies = comparison.capacities.studies if comparison.capacities else ()
    sections = (_build_section(study, comparison) for study in studies)
    compared = {system.summary.name for system in comparison.systems}
    return [each for each in sections if compared.intersection(e.name for e in each.entries)]


def describe_slo(slo: SloConfig) -> str:
    """Describe a service level in a sentence."""
    return (
        f"p95 of the commit latency ≤ {slo.p95_commit_s:g} s, lag slope ≤ {slo.lag_slope:g} s/s,"
        f" WER at most {slo.wer_points:g} points above that of the same calls alone, ≥"
        f" {100 * slo.emitted:.4g} % of the words emitted alone, updates of the screen ≥"
        f" {100 * slo.partial_rate:.4g} % of those alone."
    )


_COLUMNS: Mapping[str, Callable[[LoadPoint], str]] = {
    "streams": lambda point: str(point.streams),
    "offered": lambda point: format_number(point.middle.offered, 1),
    "achieved": lambda point: format_number(point.middle.achieved, 1),
    "p50": lambda point: format_seconds(point.middle.p50),
    "p95": lambda point: format_seconds(point.middle.p95),
    "p99": lambda point: format_seconds(point.middle.p99),
    "lag slope": lambda point: format_number(point.middle.lag_slope, 4, sign=True),
    "busy": lambda point: f"{100 * point.middle.utilisation:.0f}{NO_BREAK}%",
    "waiting": lambda point: format_number(point.middle.waiting, 2),
    "ΔWER, points": lambda point: format_number(point.wer_points, 2, sign=True),
    "emitted": lambda point: f"{format_number(100 * point.middle.emitted, 2)}{NO_BREAK}%",
    "updates": lambda point: format_number(point.middle.partial_rate, 3),
    "within": lambda point: f"{point.within} of {point.seeds}",
}
HEADER = tuple(_COLUMNS)


def format_load(point: LoadPoint) -> list[str]:
    """Format a load as the cells of a row under `HEADER`."""
    return [column(point) for column in _COLUMNS.values()]


def _build_section(study: CapacityStudy, comparison: Comparison) -> CapacitySection:
    assert comparison.capacities is not None
    styles = assign_styles(comparison, list(study.systems))
    changed = _find_outdated(study, comparison)
    entries = [
        CapacityEntry(styles[name], carried, study.level.slo)
        for name, carried in study.systems.items()
        if not changed[name]
    ]
    clocks = dict.fromkeys(entry.carried.signature.method.clock for entry in entries)
    order = list(styles)
    return CapacitySection(
        name=study.name,
        level=describe_slo(study.level.slo),
        load=study.level.load,
        clock=", ".join(_DIGEST.sub("", clock) for clock in clocks),
        slo=study.level.slo,
        entries=tuple(sorted(entries, key=lambda entry: order.index(entry.name))),
        left_out=tuple(_list_left_out(study, comparison, changed)),
    )


def _find_outdated(study: CapacityStudy, comparison: Comparison) -> dict[str, tuple[str, ...]]:
    """Name what of each system in a study differs from the systems that are compared now."""
    assert comparison.capacities is not None
    profile = comparison.capacities.profile
    now = {s.summary.name: s.signature for s in comparison.systems if s.signature}
    first = next(iter(now.values()), None)

    def list_changes(name: str, then: Signature) -> tuple[str, ...]:
        if name in now:
            return find_changes(then, now[name], profile)
        return compare_methods(then.method, first.method, profile) if first else ("signature",)

    return {name: list_changes(name, carried.signature) for name, carried in study.systems.items()}


def _list_left_out(
    study: CapacityStudy, comparison: Comparison, changed: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    """List the compared systems whose capacity is outdated or not known, with the reason."""
    compared = [system.summary.name for system in comparison.systems]
    for name in study.systems:
        if name in compared and changed[name]:
            what = " and ".join(changed[name])
            yield name, f"is left out: its {what} changed since it was measured"
    if study.name == study.level.slo.name:  # others are of the systems that somebody chose
        yield from ((name, "was not measured") for name in compared if name not in study.systems)
