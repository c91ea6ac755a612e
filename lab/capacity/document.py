"""The files of a study: JSON for programs, a table for people, and what the machine took."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from streamwer.analysis import formatting
from streamwer.analysis.capacity import curve
from streamwer.analysis.capacity.figures import Figures
from streamwer.analysis.capacity.search import Estimate
from streamwer.analysis.capacity.study import FILE, Carried, Study
from streamwer.config.experiment import SystemConfig
from streamwer.config.load import SloConfig
from streamwer.reports import capacities
from streamwer.runners.hardware import processor

TABLE, MACHINE = "capacity.md", "machine.json"
_UNBOUNDED = "Larger loads were not tried (`--most`)."
Facts = Mapping[str, Mapping[str, Any]]


def render(study: Study, machine: Facts) -> dict[str, str | bytes]:
    """The three files; the first two are the same for the same runs.

    Args:
        machine: by system, its `facts`: apart, since they differ from run to run.
    """
    known = {name: machine[name] for name in study.systems if name in machine}
    return {
        FILE: study.text(),
        TABLE: _markdown(study.as_kept()),
        MACHINE: json.dumps({"systems": known}, indent=2) + "\n",
    }


def facts(
    system: SystemConfig, cores: int, seconds: float, peaks: Mapping[int, int]
) -> dict[str, Any]:
    """What this machine has, and what it took to measure a system on it.

    Args:
        cores: of the machine; a worker that is measured keeps to some of them.
        peaks: by streams, the most memory that the process took, MB.
    """
    return {
        "processor": processor(),
        "cores": cores,
        "threads": system.model.cpu_threads,
        "seconds": round(seconds, 1),
        "peak_memory_mb": {str(streams): peaks[streams] for streams in sorted(peaks)},
    }


def read_facts(folder: Path) -> Facts:
    """What is kept in a folder of the machine that measured it; nothing where nothing is."""
    path = folder / MACHINE
    if not path.is_file():
        return {}
    try:
        systems: Facts = dict(json.loads(path.read_text(encoding="utf-8"))["systems"])
    except (OSError, ValueError, KeyError, TypeError):  # they cost no measurement
        return {}
    return systems


def progress(found: Figures, missed: Sequence[str]) -> str:
    """One run in one line."""
    return (
        f"{found.streams} streams, seed {found.seed}: p95 {formatting.seconds(found.p95)}, busy"
        f" {found.utilisation:.0%}; {'missed: ' + ', '.join(missed) if missed else 'within'}"
    )


def _markdown(study: Study) -> str:
    level = study.level
    lines = [
        f"# Calls at once on one worker: {study.name} ({level.load})",
        "",
        f"A load is carried where {capacities.level_of(level.slo)}",
    ]
    for name, carried in study.systems.items():
        lines += ["", *_of_system(name, carried, level.slo)]
    lines += ["", capacities.LEGEND]
    return "\n".join(lines).replace(formatting.NO_BREAK, " ") + "\n"


def _of_system(name: str, carried: Carried, slo: SloConfig) -> Iterator[str]:
    unbounded = carried.unbounded(slo)
    least = "at least " * unbounded
    yield f"## {name}: {least}{formatting.count(carried.capacity.value, 'call')}"
    yield ""
    yield _UNBOUNDED if unbounded else _interval(carried.capacity, carried.open_ended(slo))
    yield ""
    yield f"| {' | '.join(capacities.HEAD)} |"
    yield "|" + "---:|" * len(capacities.HEAD)
    for point in curve(carried.runs, slo):
        yield f"| {' | '.join(capacities.cells(point))} |"


def _interval(capacity: Estimate, open_ended: bool) -> str:
    if not capacity.known:
        return "One seed of the arrivals: no interval."
    more = " or more" * open_ended
    return (
        f"{capacity.low} to {capacity.high}{more} over the seeds of the arrivals, a"
        f" {100 * capacity.confidence:.3g} % interval of the median."
    )
