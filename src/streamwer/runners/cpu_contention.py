"""Measure how long a worker's threads waited for a core that another process was using.

Linux counts how long each thread ran and how long it was ready but did not run (schedstat), how
long each core was busy, and the time that the host of a virtual machine took away (steal). Time
asleep is none of these. Threads of one worker also wait for each other on its cores, so the wait
is limited to the time for which those cores were busy with other processes.
"""

from __future__ import annotations

import math
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from streamwer.provenance import contention
from streamwer.runners.core_reservation import CoreReservation

_THREADS = Path("/proc/self/task")
_CORES = Path("/proc/stat")
_NS = 1e-9
_WORKED, _STOLEN = (1, 2, 3, 6, 7), 8
"""Fields of a core's line in /proc/stat (proc(5)): user, nice, system, irq and softirq; steal."""


class CpuTimes(NamedTuple):
    """Cumulative seconds: run and wait time of each thread, busy and stolen time of its cores."""

    thread_times: dict[int, tuple[float, float]]
    core_busy: float
    core_stolen: float


class CpuContentionMonitor:
    """Adds up the time that a worker's threads wait while it streams recordings.

    Args:
        reservation: cores of the worker; only threads that are pinned to them are counted.
    """

    def __init__(self, reservation: CoreReservation) -> None:
        self._own = reservation.own_cores
        self._began = os.getloadavg()[0]
        self._ran = self._waited = self._worked = self._stolen = 0.0
        self._name = uuid.uuid4().hex

    @contextmanager
    def measure(self) -> Iterator[None]:
        """Count the run and wait time of the threads within the block."""
        before = _read_cpu_times(self._own)
        try:
            yield
        finally:
            self._add_times(before, _read_cpu_times(self._own))

    def facts(self) -> dict[str, Any]:
        """Return the facts for the event log; without wait times where the system has none."""
        return {
            "pinned": "yes" if self._own else "no",
            "load_average_start": round(self._began, 2),
            "load_average_end": round(os.getloadavg()[0], 2),
            **({contention.SPENT: {self._name: self._sum_times()}} if self._ran else {}),
        }

    def _sum_times(self) -> list[float]:
        for_others = max(0.0, self._worked - self._ran) if self._worked else math.inf
        waited = min(self._waited, for_others) + self._stolen
        return [round(self._ran, 3), round(waited, 3)]

    def _add_times(self, before: CpuTimes, after: CpuTimes) -> None:
        for thread, (ran, waited) in after.thread_times.items():
            ran_before, waited_before = before.thread_times.get(thread, (0.0, 0.0))
            self._ran += ran - ran_before
            self._waited += waited - waited_before
        self._worked += after.core_busy - before.core_busy
        self._stolen += after.core_stolen - before.core_stolen


def _read_cpu_times(cores: frozenset[int]) -> CpuTimes:
    return CpuTimes(dict(_read_thread_times(cores)), *_read_core_times(cores))


def _read_thread_times(cores: frozenset[int]) -> Iterator[tuple[int, tuple[float, float]]]:
    for folder in _THREADS.glob("*"):
        try:
            if cores and os.sched_getaffinity(int(folder.name)) != cores:
                continue
            ran, waited, _ = (folder / "schedstat").read_text().split()
        except OSError:  # the thread has ended, or the kernel does not count
            continue
        yield int(folder.name), (int(ran) * _NS, int(waited) * _NS)


def _read_core_times(cores: frozenset[int]) -> tuple[float, float]:
    """Return the busy and the stolen seconds of the worker's own cores."""
    if not cores or not _CORES.is_file():
        return 0.0, 0.0
    lines = (line.split() for line in _CORES.read_text().splitlines())
    names = {f"cpu{core}" for core in cores}
    own_lines = [line for line in lines if line and line[0] in names]
    worked = sum(int(line[field]) for line in own_lines for field in _WORKED)
    stolen = sum(int(line[_STOLEN]) for line in own_lines)
    return worked / os.sysconf("SC_CLK_TCK"), stolen / os.sysconf("SC_CLK_TCK")
