"""Cores of a worker's own, so that no two workers are timed on the same one.

A core is claimed by a lock on a file of the machine, which the system gives back when the process
ends in whatever way: workers of one run, of several Ray nodes on one machine and of two runs at
once keep out of each other's way without asking anybody.
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
"""So long a dead worker may take to give back its cores to the one that replaces it."""
_TOPOLOGY = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"


@dataclass(frozen=True)
class Place:
    """Where a worker computes.

    Attributes:
        machine: cores that the process might use before.
        own: those that are the worker's own; none if the system cannot pin, or if others hold
            them.
    """

    machine: frozenset[int] = frozenset()
    own: frozenset[int] = frozenset()
    _locks: tuple[int, ...] = field(default=(), repr=False)

    @property
    def others(self) -> frozenset[int]:
        """Cores for what must not disturb the worker; all of them where it has them all."""
        return self.machine - self.own or self.machine

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Give the cores back; this thread may use all of them again."""
        if self.own:
            os.sched_setaffinity(0, self.machine)
        for lock in self._locks:
            os.close(lock)


def take(count: int) -> Place:
    """Claim cores and keep this thread to them, and every thread that it starts from now on.

    Call it before the model is built, so that the model's threads are among those. Where cores
    cannot be claimed the thread stays free, which `Place.own` tells.
    """
    if not hasattr(os, "sched_setaffinity"):
        return Place()
    machine = frozenset(os.sched_getaffinity(0))
    deadline = time.monotonic() + _PATIENCE_S
    while not (locks := _claimed(machine, count)) and time.monotonic() < deadline:
        time.sleep(_PATIENCE_S / 20)
    own = frozenset(locks)
    if own:
        os.sched_setaffinity(0, own)
    return Place(machine, own, tuple(locks.values()))


def stay(allowed: frozenset[int]) -> None:
    """Keep this thread to some cores, where there are any and the system can."""
    if allowed and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, allowed)


def _claimed(machine: frozenset[int], count: int) -> dict[int, int]:
    """The lock of each core that was claimed: of `count` of them, or of none."""
    locks: dict[int, int] = {}
    try:
        folder = _folder()
        with _alone(folder):
            for core in sorted(machine, key=_rank):
                lock = _lock(folder / f"cpu{core}") if len(locks) < count else None
                if lock is not None:
                    locks[core] = lock
    except OSError:  # of another user, or read-only: then nothing can be claimed here
        pass
    if len(locks) == count:
        return locks
    for lock in locks.values():
        os.close(lock)
    return {}


def _folder() -> Path:
    """Of the locks of this user; one that somebody else made may lead to files of this user."""
    folder = Path(tempfile.gettempdir()) / f"streamwer-cores-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid != os.getuid():
        raise PermissionError(folder)
    return folder


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two that claim at once would each get half of what they need."""
    with (folder / "claiming").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _lock(file: Path) -> int | None:
    opened = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        return None
    return opened


def _rank(core: int) -> tuple[int, int]:
    """Hardware threads of one physical core share it: the second of each comes after all firsts."""
    try:
        told = Path(_TOPOLOGY.format(core)).read_text()
    except OSError:
        return 0, core
    return len(_up_to(told, core)), core


def _up_to(siblings: str, core: int) -> list[int]:
    """Siblings below a core: "0,4" or "0-1" as the system lists them."""
    below: list[int] = []
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", siblings):
        below += [at for at in range(int(first), int(last or first) + 1) if at < core]
    return below
