"""The files of a study: JSON for programs, a table for people, and what the machine took."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from streamwer.analysis import formatting
from streamwer.analysis.capacity.curve import build_curve
from streamwer.analysis.capacity.figures import LoadFigures
from streamwer.analysis.capacity.machine import MACHINE, MachineFacts
from streamwer.analysis.capacity.search import CapacityEstimate
from streamwer.analysis.capacity.study import FILE, CapacityStudy, SystemCapacity
from streamwer.config.experiment import SystemConfig
from streamwer.config.load import SloConfig
from streamwer.reports import capacities
from streamwer.runners.hardware import name_processor

TABLE = "capacity.md"
_UNBOUNDED = "Larger loads were not tried (`--most`)."


def render(study: CapacityStudy, machine: MachineFacts) -> dict[str, str | bytes]:
    """The three files; the first two are the same for the same runs.

    Args:
        machine: by system, its `describe_machine`: apart, since they differ from run to run.
    """
    known = {name: machine[name] for name in study.systems if name in machine}
    return {
        FILE: study.to_json(),
        TABLE: _render_markdown(study.round_figures()),
        MACHINE: json.dumps({"systems": known}, indent=2) + "\n",
    }


def describe_machine(
    system: SystemConfig, cores: int, seconds: float, peaks: Mapping[int, int]
) -> dict[str, Any]:
    """What this machine has, and what it took to measure a system on it.

    Args:
        cores: of the machine; a worker that is measured keeps to some of them.
        peaks: by streams, the most memory that the process took, MB.
    """
    return {
        "processor": name_processor(),
        "cores": cores,
        "threads": system.model.cpu_threads,
        "seconds": round(seconds, 1),
        "peak_memory_mb": {str(streams): peaks[streams] for streams in sorted(peaks)},
    }


def format_run(found: LoadFigures, missed: Sequence[str]) -> str:
    """One run in one line."""
    verdict = f"missed: {', '.join(missed)}" if missed else "within"
    late = formatting.format_seconds(found.p95)
    run = f"{found.streams} streams, seed {found.seed}: p95 {late}, busy {found.utilisation:.0%}"
    return f"{run}; {verdict}"


def _render_markdown(study: CapacityStudy) -> str:
    level = study.level
    lines = [
        f"# Calls at once on one worker: {study.name} ({level.load})",
        "",
        f"A load is carried where {capacities.describe_slo(level.slo)}",
    ]
    for name, carried in study.systems.items():
        lines += ["", *_render_system(name, carried, level.slo)]
    lines += ["", capacities.LEGEND]
    return "\n".join(lines).replace(formatting.NO_BREAK, " ") + "\n"


def _render_system(name: str, carried: SystemCapacity, slo: SloConfig) -> Iterator[str]:
    unbounded = carried.is_unbounded(slo)
    least = "at least " * unbounded
    yield f"## {name}: {least}{formatting.format_count(carried.capacity.value, 'call')}"
    yield ""
    yield _UNBOUNDED if unbounded else _format_range(carried.capacity, carried.is_open_ended(slo))
    yield ""
    yield f"| {' | '.join(capacities.HEADER)} |"
    yield "|" + "---:|" * len(capacities.HEADER)
    for point in build_curve(carried.runs, slo):
        yield f"| {' | '.join(capacities.format_load(point))} |"


def _format_range(capacity: CapacityEstimate, open_ended: bool) -> str:
    if not capacity.has_interval:
        return "One seed of the arrivals: no interval."
    more = " or more" * open_ended
    return (
        f"{capacity.low} to {capacity.high}{more} over the seeds of the arrivals, a"
        f" {100 * capacity.confidence:.3g} % interval of the median."
    )
