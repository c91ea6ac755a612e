"""How long a worker's threads waited for a core that something else was using.

Linux counts for each thread how long it ran and how long it was ready to run but did not, and for
each core the time that the host of a virtual machine took away. What a thread spends asleep, for
data or for the clock, is neither, so an idle machine shows next to nothing however full it is.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from streamwer import contended
from streamwer.cluster.places import Place

_THREADS = Path("/proc/self/task")
_CORES = Path("/proc/stat")
_NS = 1e-9
_STOLEN = 8
"""Field of a core's line in /proc/stat (proc(5)), its name being field 0."""


class Spent(NamedTuple):
    """Seconds since the worker began: of each thread, ran and waited; of its cores, stolen."""

    threads: dict[int, tuple[float, float]]
    stolen: float


class Watch:
    """Adds up the waiting while recordings are streamed.

    Args:
        place: of the worker; threads that are not kept to its own cores are none of its own.
    """

    def __init__(self, place: Place) -> None:
        self._own = place.own
        self._began = os.getloadavg()[0]
        self._ran = self._waited = 0.0
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
            **({contended.SPENT: {self._name: self._sums()}} if self._ran else {}),
        }

    def _sums(self) -> list[float]:
        return [round(self._ran, 3), round(self._waited, 3)]

    def _add(self, before: Spent, after: Spent) -> None:
        for thread, (ran, waited) in after.threads.items():
            ran_before, waited_before = before.threads.get(thread, (0.0, 0.0))
            self._ran += ran - ran_before
            self._waited += waited - waited_before
        self._waited += after.stolen - before.stolen


def _spent(own: frozenset[int]) -> Spent:
    return Spent(dict(_threads(own)), _stolen(own))


def _threads(own: frozenset[int]) -> Iterator[tuple[int, tuple[float, float]]]:
    for folder in _THREADS.glob("*"):
        try:
            if own and os.sched_getaffinity(int(folder.name)) != own:
                continue
            ran, waited, _ = (folder / "schedstat").read_text().split()
        except OSError:  # the thread has ended, or the kernel does not count
            continue
        yield int(folder.name), (int(ran) * _NS, int(waited) * _NS)


def _stolen(own: frozenset[int]) -> float:
    """Of the own cores: time stolen from others is no concern of this worker."""
    if not own or not _CORES.is_file():
        return 0.0
    lines = (line.split() for line in _CORES.read_text().splitlines())
    names = {f"cpu{core}" for core in own}
    ticks = sum(int(line[_STOLEN]) for line in lines if line and line[0] in names)
    return ticks / os.sysconf("SC_CLK_TCK")
