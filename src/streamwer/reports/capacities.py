"""How many calls at once each system's worker carries: what the page and the table say of it.

The figures are of runs of their own, made earlier: only those are shown whose signature is that of
the systems that are compared now.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from streamwer.analysis import formatting
from streamwer.analysis.capacity import curve
from streamwer.analysis.capacity.curve import Point, gives_way, whole
from streamwer.analysis.capacity.study import (
    SECONDS,
    WARM_UP_S,
    Carried,
    Study,
    differences,
    outdated,
)
from streamwer.config.load import SloConfig
from streamwer.provenance.signature import Signature, measures
from streamwer.reports.comparison import Comparison
from streamwer.reports.palette import Style, styles

COMMAND = "make capacity"
_DIGEST = re.compile("@[0-9a-f]+")
_SCHEDULE = re.compile(r"\bschedule=(\w+)")
_MACHINE = ("processor", "cores", "threads")
_DATA = {"audio", "reference texts"}
"""Of what `outdated` names: where they differ, so do the recordings."""
HEAD = (
    "streams",
    "offered",
    "achieved",
    "p50",
    "p95",
    "p99",
    "lag slope",
    "busy",
    "waiting",
    "ΔWER, points",
    "emitted",
    "updates",
    "within",
)
LEGEND = (
    "Medians over the seeds. Offered: calls at once on average; achieved: seconds of audio heard"
    " and shown in a second; lag slope: seconds of lag gained in a second; busy: share of its time"
    " in which the worker computes; waiting: calls that wait for it, on average; ΔWER, emitted and"
    " updates: against the same calls alone; within: with how many seeds the load is carried."
    " Never: so many words never came that the percentile is one of them."
)
"""What stands under `HEAD`."""
_ARRIVALS = {
    "fixed": "Calls follow each other on as many lines:",
    "poisson": "Calls arrive at random:",
    "together": "All calls begin at once, the next ones when they are over:",
}
_LIMITS = {
    "p95_commit_s": "words come late",
    "lag_slope": "it falls behind",
    "wer_points": "more word errors",
    "emitted": "words are lost",
    "partial_rate": "the screen changes too seldom",
}


@dataclass(frozen=True)
class Shown:
    """One system of a study.

    Attributes:
        style: how the system looks, and its name.
        carried: how many calls, and the runs that found it.
        slo: what each call must still get.
        machine: what the machine that measured it has, and what it took.
    """

    style: Style
    carried: Carried
    slo: SloConfig
    machine: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Of the system."""
        return self.style.name

    @cached_property
    def points(self) -> list[Point]:
        """Its whole curve."""
        return curve(self.carried.runs, self.slo)

    @cached_property
    def drawn(self) -> list[Point]:
        """The loads that were played with every seed."""
        return whole(self.points)

    @property
    def at(self) -> Point:
        """The load of its capacity, as near to it as one was played with every seed."""
        wanted = self.carried.capacity.value or 1
        return min(self.drawn, key=lambda point: abs(point.streams - wanted))

    @property
    def seeds(self) -> int:
        """Of the arrivals."""
        return self.drawn[0].seeds

    @property
    def unbounded(self) -> bool:
        """Whether it may carry more: no larger load was tried."""
        return self.carried.unbounded(self.slo)

    @property
    def interval(self) -> str:
        """From the smallest to the largest over the seeds."""
        capacity = self.carried.capacity
        if self.unbounded:
            return f"{capacity.low:,} or more"
        if not capacity.known:
            return "one seed: no interval"
        more = " or more" if self.carried.open_ended(self.slo) else ""
        return f"{capacity.low:,} to {capacity.high:,}{more}"

    @property
    def confidence(self) -> str:
        """Of the interval."""
        return f"{100 * self.carried.capacity.confidence:.3g}{formatting.NO_BREAK}%"

    @property
    def limit(self) -> str:
        """What gives way first when calls become too many."""
        first = gives_way(self.carried.runs, self.slo)
        return ", or ".join(_LIMITS[name] for name in first[:2]) or "nothing, as far as was tried"

    @property
    def memory(self) -> Mapping[str, int]:
        """By streams: peak memory, MB."""
        found: Mapping[str, int] = self.machine.get("peak_memory_mb", {})
        return found

    @property
    def sentence(self) -> str:
        """What it carries; goes on after its name."""
        level = f"p95 commit latency ≤ {self.slo.p95_commit_s:g}{formatting.NO_BREAK}s"
        value, alone = self.carried.capacity.value, self.drawn[0].middle
        if value:
            calls = formatting.count(value, "simultaneous call")
            if self.unbounded:
                return f" carries at least {calls} with {level} on one worker: no more were tried."
            return f" carries {calls} with {level} on one worker ({self._sure()})."
        if alone.p95 is None:
            return f" carries, as far as is known, none with {level}: words are too few to tell."
        late = _late(alone.p95)
        if alone.p95 > self.slo.p95_commit_s and alone.streams == 1:
            return (
                f" carries none with {level}: a single call has the worker to itself, and {late}."
            )
        return f" carries none with {level}: {self.limit} with a single call already."

    def _sure(self) -> str:
        if not self.carried.capacity.known:
            return "one seed of the arrivals: no interval"
        return f"{self.interval}, a {self.confidence} interval over {self.seeds} seeds"


@dataclass(frozen=True)
class Section:
    """One study as it is shown.

    Attributes:
        level: what calls must still get, in a sentence.
        span: for how long calls begin, and after how long they count; seconds.
        shown: its systems.
        left_out: systems that are compared and are not shown, and why.
        elsewhere: whether all of it was measured on other recordings: then nothing is shown.
    """

    name: str
    level: str
    span: tuple[float, float]
    load: str
    clock: str
    slo: SloConfig
    shown: tuple[Shown, ...]
    left_out: tuple[tuple[str, str], ...]
    elsewhere: bool

    @property
    def title(self) -> str:
        """Its name in words."""
        return self.name.replace("_", " ")

    def command(self, system: str = "") -> str:
        """What measures one system of it, or those of the config, at the same level."""
        load, clock = self.load.partition("(")[0], self.clock.partition("(")[0]
        schedule = _SCHEDULE.search(self.load)
        seconds, warm_up = self.span
        chosen = {
            "load=": load * (load != "fixed"),
            "load.schedule=": schedule[1] if schedule and schedule[1] != "fifo" else "",
            "clock=": clock * (clock != "profile"),
            "--system ": system,
            "--slo ": self.slo.name * (self.slo.name != SloConfig().name),
            "--seconds ": f"{seconds:g}" * (seconds != SECONDS),
            "--warm-up ": f"{warm_up:g}" * (warm_up != WARM_UP_S),
            "--name ": self.name * (self.slo.name != self.name),
        }
        told = " ".join(f"{key}{value}" for key, value in chosen.items() if value)
        return f'{COMMAND} ARGS="{told}"' if told else COMMAND

    @property
    def arrivals(self) -> str:
        """How calls arrive, in words; goes on with the load."""
        return _ARRIVALS.get(self.load.partition("(")[0], "Calls arrive as")

    @property
    def machine(self) -> str:
        """What measured its systems; "" where the clock stands for another machine, or it differs.

        With clock=profile the cores of the machine that played the study say nothing.
        """
        told = {tuple(map(each.machine.get, _MACHINE)) for each in self.shown}
        processor, cores, threads = told.pop() if len(told) == 1 else ("", 0, 0)
        if not (measures(self.clock) and processor and cores and threads):
            return ""
        return (
            f"Measured on {processor} with {formatting.count(cores, 'core')}: room for"
            f" {formatting.count(cores // threads, 'worker')} at {formatting.count(threads, 'thread')}."
        )


def sections(comparison: Comparison) -> list[Section]:
    """Every study of which something is shown; and that of the config, whatever it holds."""
    kept = comparison.capacities
    found = [_section(study, comparison) for study in (kept.studies if kept else ())]
    return [each for at, each in enumerate(found) if each.shown or at == 0]


def level_of(slo: SloConfig) -> str:
    """A service level as a sentence."""
    return (
        f"p95 of the commit latency ≤ {slo.p95_commit_s:g} s, lag slope ≤ {slo.lag_slope:g} s/s,"
        f" WER at most {slo.wer_points:g} points above that of the same calls alone, ≥"
        f" {100 * slo.emitted:.4g} % of the words emitted alone, updates of the screen ≥"
        f" {100 * slo.partial_rate:.4g} % of those alone."
    )


def cells(point: Point) -> list[str]:
    """A load as a row of a table, under `HEAD`."""
    middle = point.middle
    return [
        str(point.streams),
        formatting.number(middle.offered, 1),
        formatting.number(middle.achieved, 1),
        *(formatting.seconds(late) for late in (middle.p50, middle.p95, middle.p99)),
        formatting.number(middle.lag_slope, 4, sign=True),
        f"{100 * middle.utilisation:.0f}{formatting.NO_BREAK}%",
        formatting.number(middle.waiting, 2),
        formatting.number(point.wer_points, 2, sign=True),
        f"{formatting.number(100 * middle.emitted, 2)}{formatting.NO_BREAK}%",
        formatting.number(middle.partial_rate, 3),
        f"{point.within} of {point.seeds}",
    ]


def _section(study: Study, comparison: Comparison) -> Section:
    assert comparison.capacities is not None
    machine = comparison.capacities.machine.get(study.name, {})
    looks = styles(comparison, list(study.systems))
    changed = _changed(study, comparison)
    elsewhere = bool(changed) and all(map(_DATA.intersection, changed.values()))
    shown = [
        Shown(looks[name], carried, study.level.slo, machine.get(name, {}))
        for name, carried in study.systems.items()
        if not changed[name]
    ]
    clocks = dict.fromkeys(each.carried.signature.method.clock for each in shown)
    return Section(
        name=study.name,
        level=level_of(study.level.slo),
        span=(study.level.seconds, study.level.warm_up),
        load=study.level.load,
        clock=", ".join(_DIGEST.sub("", clock) for clock in clocks),
        slo=study.level.slo,
        shown=tuple(_in_order(shown, list(looks))),
        left_out=() if elsewhere else tuple(_left_out(study, comparison, changed)),
        elsewhere=elsewhere,
    )


def _in_order(shown: Sequence[Shown], names: Sequence[str]) -> list[Shown]:
    return sorted(shown, key=lambda each: names.index(each.name))


def _changed(study: Study, comparison: Comparison) -> dict[str, tuple[str, ...]]:
    """What of each system of a study is not as it is compared now; nothing where all is."""
    assert comparison.capacities is not None
    profile = comparison.capacities.profile
    now = {each.summary.name: each.signature for each in comparison.systems if each.signature}
    other = next(iter(now.values()), None)

    def changed(name: str, then: Signature) -> tuple[str, ...]:
        if name in now:
            return outdated(then, now[name], profile)
        return differences(then.method, other.method, profile) if other else ("signature",)

    return {name: changed(name, carried.signature) for name, carried in study.systems.items()}


def _left_out(
    study: Study, comparison: Comparison, changed: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    """Systems that are compared and whose capacity is of something else, or not known."""
    compared = [system.summary.name for system in comparison.systems]
    for name in study.systems:
        if name in compared and changed[name]:
            what = " and ".join(changed[name])
            yield name, f"is left out: its {what} changed since it was measured"
    if study.name == study.level.slo.name:  # others are of the systems that somebody chose
        yield from ((name, "was not measured") for name in compared if name not in study.systems)


def _late(p95: float) -> str:
    if math.isinf(p95):
        return "more than one word in twenty never comes even so"
    return f"its p95 is {formatting.seconds(p95)} even so"
