"""How long a worker's threads waited for a core that something else was using.

Linux counts for each thread how long it ran and how long it was ready to run but did not, and for
each core how long it worked, for whomever, and the time that the host of a virtual machine took
away. What a thread spends asleep, for data or for the clock, is none of these. A worker's threads
also wait for each other where they share its core, one handing work to the next: so no more is
counted than its own cores worked for others.
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
from streamwer.runners.core_reservation import Place

_THREADS = Path("/proc/self/task")
_CORES = Path("/proc/stat")
_NS = 1e-9
_WORKED, _STOLEN = (1, 2, 3, 6, 7), 8
"""Fields of a core's line in /proc/stat (proc(5)), its name being field 0: user, nice, system, irq
and softirq; and steal."""


class Spent(NamedTuple):
    """Seconds up to a moment: of each thread, ran and waited; of its cores, worked and stolen."""

    threads: dict[int, tuple[float, float]]
    worked: float
    stolen: float


class Watch:
    """Adds up the waiting while recordings are streamed.

    Args:
        place: of the worker; threads that are not kept to its own cores are none of its own.
    """

    def __init__(self, place: Place) -> None:
        self._own = place.own
        self._began = os.getloadavg()[0]
        self._ran = self._waited = self._worked = self._stolen = 0.0
        self._name = uuid.uuid4().hex

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """Count what the threads do in the block."""
        before = _spent(self._own)
        try:
            yield
        finally:
            self._add(before, _spent(self._own))

    def facts(self) -> dict[str, Any]:
        """For the event log; nothing of waiting where the system does not tell it."""
        return {
            "pinned": "yes" if self._own else "no",
            "load_average_start": round(self._began, 2),
            "load_average_end": round(os.getloadavg()[0], 2),
            **({contention.SPENT: {self._name: self._sums()}} if self._ran else {}),
        }

    def _sums(self) -> list[float]:
        for_others = max(0.0, self._worked - self._ran) if self._worked else math.inf
        waited = min(self._waited, for_others) + self._stolen
        return [round(self._ran, 3), round(waited, 3)]

    def _add(self, before: Spent, after: Spent) -> None:
        for thread, (ran, waited) in after.threads.items():
            ran_before, waited_before = before.threads.get(thread, (0.0, 0.0))
            self._ran += ran - ran_before
            self._waited += waited - waited_before
        self._worked += after.worked - before.worked
        self._stolen += after.stolen - before.stolen


def _spent(own: frozenset[int]) -> Spent:
    return Spent(dict(_threads(own)), *_cores(own))


def _threads(own: frozenset[int]) -> Iterator[tuple[int, tuple[float, float]]]:
    for folder in _THREADS.glob("*"):
        try:
            if own and os.sched_getaffinity(int(folder.name)) != own:
                continue
            ran, waited, _ = (folder / "schedstat").read_text().split()
        except OSError:  # the thread has ended, or the kernel does not count
            continue
        yield int(folder.name), (int(ran) * _NS, int(waited) * _NS)


def _cores(own: frozenset[int]) -> tuple[float, float]:
    """Of the own cores, worked and stolen: what others do is no concern of this worker."""
    if not own or not _CORES.is_file():
        return 0.0, 0.0
    lines = (line.split() for line in _CORES.read_text().splitlines())
    names = {f"cpu{core}" for core in own}
    mine = [line for line in lines if line and line[0] in names]
    worked = sum(int(line[field]) for line in mine for field in _WORKED)
    stolen = sum(int(line[_STOLEN]) for line in mine)
    return worked / os.sysconf("SC_CLK_TCK"), stolen / os.sysconf("SC_CLK_TCK")
