"""The Ray that actors run on: one for each run, or one kept for many runs."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from streamwer.cluster import interrupts

# Before Ray is imported: no usage pings, and no second environment built per worker under uv.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")

LOCAL = "local"


@dataclass
class _Kept:
    """Whether Ray outlives a run, and which Ray this process has joined; Ray allows one."""

    wanted: bool = False
    address: str = ""
    cpus: int = 0


_kept = _Kept()


@contextmanager
def kept() -> Iterator[None]:
    """Within the block Ray is started by the first run that needs it, and used by the others."""
    _kept.wanted = True
    try:
        yield
    finally:
        _kept.wanted = False
        leave()


def join(address: str, cpus: int) -> None:
    """Start a Ray of our own with so many cores, or join the one at `address`.

    What is kept from the run before is used again where it is the same and large enough.
    """
    if _kept.address == address and (address != LOCAL or _kept.cpus >= cpus):
        return
    _stop()
    import ray  # only now: it takes a second, which a run without Ray need not wait for

    own: dict[str, Any] = {"num_cpus": cpus, "include_dashboard": False}
    with interrupts.put_off():  # a Ray that is half there leaves processes behind
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level=logging.ERROR,
            **(own if address == LOCAL else {}),  # an existing cluster refuses them
        )
        _kept.address, _kept.cpus = address, cpus


def leave() -> None:
    """End it, unless it is kept."""
    if not _kept.wanted:
        _stop()


def _stop() -> None:
    if not _kept.address:
        return
    import ray

    _kept.address, _kept.cpus = "", 0
    ray.shutdown()
