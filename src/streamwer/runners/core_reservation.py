"""Reserve CPU cores for one worker, so that no two workers are timed on the same core.

A lock on a file in the temporary folder claims a core. The system releases the lock when the
process ends, however it ends. So workers of one run, of several Ray nodes on one machine, and of
two runs at once avoid each other without a server.
"""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_PATIENCE_S = 1.0
"""Time for the system to release the cores of a dead worker to its replacement."""
_TOPOLOGY = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"


@dataclass(frozen=True)
class CoreReservation:
    """The cores of one worker; leaving its context releases them.

    Attributes:
        machine_cores: cores that the process could use before the reservation.
        own_cores: cores that only this worker uses; empty where the system cannot pin threads or
            other workers hold the cores.
    """

    machine_cores: frozenset[int] = frozenset()
    own_cores: frozenset[int] = frozenset()
    _locks: tuple[int, ...] = field(default=(), repr=False)

    @property
    def other_cores(self) -> frozenset[int]:
        """Cores for helper processes; all cores where the worker has reserved them all."""
        return self.machine_cores - self.own_cores or self.machine_cores

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Release the cores, and let this thread use all of them again."""
        if self.own_cores:
            os.sched_setaffinity(0, self.machine_cores)
        for lock in self._locks:
            os.close(lock)


def reserve_cores(count: int) -> CoreReservation:
    """Reserve cores, and pin this thread and all threads that it starts later to them.

    Call it before the model is built, so that the model's threads are pinned too. Where no cores
    can be reserved, `own_cores` is empty and the thread may run anywhere.
    """
    if not hasattr(os, "sched_setaffinity"):
        return CoreReservation()
    machine = frozenset(os.sched_getaffinity(0))
    deadline = time.monotonic() + _PATIENCE_S
    while not (locks := _claim_locks(machine, count)) and time.monotonic() < deadline:
        time.sleep(_PATIENCE_S / 20)
    reserved = frozenset(locks)
    if reserved:
        os.sched_setaffinity(0, reserved)
    return CoreReservation(machine, reserved, tuple(locks.values()))


def pin_to_cores(allowed: frozenset[int]) -> None:
    """Pin this thread to the allowed cores, where the system can."""
    if allowed and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, allowed)


def _claim_locks(machine: frozenset[int], count: int) -> dict[int, int]:
    """Return the lock of each claimed core: `count` of them, or none."""
    locks: dict[int, int] = {}
    try:
        folder = _lock_folder()
        with _hold_claim_lock(folder):
            for core in sorted(machine, key=_rank_core):
                lock = _try_lock(folder / f"cpu{core}") if len(locks) < count else None
                if lock is not None:
                    locks[core] = lock
    except OSError:  # another user's folder, or read-only: nothing can be claimed
        pass
    if len(locks) == count:
        return locks
    for lock in locks.values():
        os.close(lock)
    return {}


def _lock_folder() -> Path:
    """Make this user's folder of locks; refuse one that another user has made."""
    folder = Path(tempfile.gettempdir()) / f"streamwer-cores-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid != os.getuid():
        raise PermissionError(folder)
    return folder


@contextmanager
def _hold_claim_lock(folder: Path) -> Iterator[None]:
    """Let one process claim at a time: two at once could each get half of what they need."""
    with (folder / "claiming").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _try_lock(file: Path) -> int | None:
    opened = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        return None
    return opened


def _rank_core(core: int) -> tuple[int, int]:
    """Rank hardware threads: the second of each physical core comes after all first ones."""
    try:
        siblings = Path(_TOPOLOGY.format(core)).read_text()
    except OSError:
        return 0, core
    return len(_list_siblings_below(siblings, core)), core


def _list_siblings_below(siblings: str, core: int) -> list[int]:
    """Return the siblings with a lower number; the system lists them as "0,4" or "0-1"."""
    below: list[int] = []
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", siblings):
        below += [at for at in range(int(first), int(last or first) + 1) if at < core]
    return below
