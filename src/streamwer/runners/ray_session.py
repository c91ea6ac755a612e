"""The Ray that actors run on: one for each run, or one kept for many runs."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psutil

from streamwer._util import processes
from streamwer.config.cluster import AUTO, LOCAL
from streamwer.errors import ClusterError
from streamwer.provenance.source_tree import PACKAGE
from streamwer.runners import interrupts, ray_address
from streamwer.runners.local_ray import LocalRay, make_local_ray, on_loopback
from streamwer.runners.worker_count import Node

# Before Ray is imported: no usage pings, no second environment built per worker under uv, no Ray
# of its own accord, which it would start for a client whose head is lost, and an ear for Ctrl-C
# each second while it waits (30 times) for a node to start.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
os.environ.setdefault("RAY_ENABLE_AUTO_CONNECT", "0")
os.environ.setdefault("RAY_raylet_start_wait_time_s", "1")

CODE = PACKAGE
"""The package, which travels to the nodes of a cluster that we join."""

_TRIES = 3
"""Ray's server for clients forks while its threads run, which fails now and then (ray#63202)."""

_AUTH_MODE, _TOKEN = "RAY_AUTH_MODE", "token"

_CUT_OFF = "Ray Client is not connected"
"""So a bare `Exception` of Ray's client begins, at each call after the one that lost its head."""


@dataclass
class _Kept:
    """Whether Ray outlives a run, and which Ray this process has joined; Ray allows one."""

    wanted: bool = False
    address: str = ""
    cpus: int = 0
    ours: LocalRay | None = None


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


@contextmanager
def connected() -> Iterator[None]:
    """A head that is lost shows so to its clients; the driver on a node of it ends with it.

    Raises:
        ClusterError: it is lost.
    """
    try:
        yield
    except Exception as error:
        cut_off = type(error) is Exception and str(error).startswith(_CUT_OFF)
        if not (cut_off or isinstance(error, ConnectionError)):
            raise
        _stop()  # the next run that shares it joins anew
        why = _CUT_OFF if cut_off else " ".join(str(error).split())
        raise ClusterError(
            f"the connection to the cluster is lost ({why}); see that it is up, and run again: what"
            " is finished is kept"
        ) from error


def join(address: str, cpus: int) -> None:
    """Start a Ray of our own with so many cores, or join the one at `address`, with our code.

    What is kept from the run before is used again where it is the same and large enough.

    Raises:
        ClusterError: no Ray answers at the address, or it cannot be joined; or ours cannot start.
    """
    if _kept.address == address and (address != LOCAL or _kept.cpus >= cpus):
        return
    _stop()
    if address == LOCAL:
        _start(cpus)
    else:
        with interrupts.put_off():  # a client that is half there answers for every later one
            _join(address)
    _kept.address, _kept.cpus = address, cpus


@connected()
def nodes() -> list[Node]:
    """What the nodes have that are alive; those with the most cores first.

    Raises:
        ClusterError: the cluster is lost.
    """
    import ray

    told: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    resources = [node["Resources"] for node in told if node["Alive"]]
    found = [Node(int(each.get("CPU", 0)), int(each.get("GPU", 0))) for each in resources]
    return sorted(found, key=lambda node: (node.cpus, node.gpus), reverse=True)


@connected()
def put(piece: bytes) -> Any:
    """Keep bytes in the object store for as long as what is returned, or a copy of it, lives.

    Raises:
        ClusterError: the cluster is lost.
    """
    import ray

    return ray.put(piece)


def get(kept_piece: Any) -> bytes:
    """The bytes that were `put`, on any node."""
    import ray

    piece: bytes = ray.get(kept_piece)
    return piece


def check_alive() -> None:
    """See that a Ray of our own lives: one that has died answers nothing, and says nothing.

    Raises:
        ClusterError: it has died; the next run starts another one.
    """
    dead = _kept.ours.find_dead() if _kept.ours else ""
    if dead:
        _stop()
        raise ClusterError(
            f"the Ray of this run has died ({dead} was ended, perhaps for lack of memory); run"
            " again: what is finished is kept"
        )


def leave() -> None:
    """End it, unless it is kept."""
    if not _kept.wanted:
        _stop()


def _start(cpus: int) -> None:
    before = psutil.Process().children()
    ours: LocalRay | None = None
    try:
        ours = make_local_ray()
        # To start, and to end in order, takes seconds.
        with interrupts.not_lost(_is_starting), on_loopback():
            _init("local", num_cpus=cpus, include_dashboard=False, **ours.options())
        ours.note_processes()
        _kept.ours = ours
    except (KeyboardInterrupt, SystemExit, Exception) as error:  # a bare one where it is slow
        if _is_starting():
            _end(set(psutil.Process().children()) - set(before))
        _forget()
        if ours:
            ours.close()
        if isinstance(error, SystemExit):  # so Ray takes a request to terminate
            raise KeyboardInterrupt(signal.SIGTERM) from error
        if isinstance(error, KeyboardInterrupt):
            raise
        why = " ".join(str(error).split())
        raise ClusterError(
            f"Ray cannot start on this machine ({why}); RAY_TMPDIR says where it keeps its files,"
            " and cluster=local does without it"
        ) from error


def _join(address: str) -> None:
    place = ray_address.found(address)
    from ray.exceptions import RayError

    _agree_on_token(address, place)
    for left in reversed(range(_TRIES)):
        try:
            _init(place, runtime_env={"py_modules": [str(CODE)], "excludes": ["__pycache__"]})
            return
        except (OSError, RuntimeError, ValueError, ImportError, SystemExit, RayError) as error:
            _forget()
            if not (left and isinstance(error, ConnectionAbortedError)):
                why = " ".join(str(error).split())
                raise ClusterError(
                    f"cluster.address={address}: it answers but cannot be joined ({why}); Ray"
                    " and Python must be those of its head, and where that has a token"
                    " (~/.ray/auth_token) copy it and set RAY_AUTH_MODE=token, see docs/cluster.md"
                ) from error


def _agree_on_token(address: str, place: str) -> None:
    """Else we are told nothing for long, or workers die of what Ray does not say.

    A head that was begun here finds its token here as well: Ray itself shows it for `auto`, but not
    for the address that this was found to be.
    """
    if place.startswith("ray://"):  # its driver is a process of the cluster
        return
    wanted = ray_address.wants_token(place)
    if wanted and address == AUTO and not os.environ.get("RAY_ADDRESS"):
        _show_ours()
    shown = os.environ.get(_AUTH_MODE, "").lower() == _TOKEN
    if wanted and not shown:
        raise ClusterError(
            f"cluster.address={address}: its head lets in only who shows its token: copy its"
            f" ~/.ray/auth_token to this machine and set {_AUTH_MODE}={_TOKEN}, see docs/cluster.md"
        )
    if shown and wanted is False:
        raise ClusterError(
            f"cluster.address={address}: its head has no token, but {_AUTH_MODE}={_TOKEN} has all"
            f" ask for one: set {_AUTH_MODE}=disabled, see docs/cluster.md"
        )


def _show_ours() -> None:
    with suppress(ImportError):  # heads of earlier versions ask for none
        from ray._private.authentication.authentication_token_setup import (
            logger,
            maybe_enable_token_auth_if_token_available,
        )

        logger.setLevel(logging.ERROR)
        maybe_enable_token_auth_if_token_available()


def _is_starting() -> bool:
    """Whether Ray's processes start. Then we connect to them: half-way there Ray crashes."""
    from ray._private import worker  # nothing public tells

    return getattr(worker, "_global_node", None) is None


def _end(started: Iterable[psutil.Process]) -> None:
    """A Ray that is half there does not end its processes, nor do theirs for a minute."""
    found = list(started)
    for process in found:  # which grows by theirs
        with suppress(psutil.NoSuchProcess):
            process.suspend()  # so that it starts no more
            found += process.children()
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(started, timeout=1.0)


def _forget() -> None:
    """A client that could not connect would still take every later call for one of a client."""
    import ray

    ray.shutdown()


def _init(address: str, **more: Any) -> None:
    import ray  # only now: it takes a second, which a run without Ray need not wait for

    with processes.own_sigterm():
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **more)


def _stop() -> None:
    if not _kept.address:
        return
    import ray

    ours, _kept.ours = _kept.ours, None
    _kept.address, _kept.cpus = "", 0
    ray.shutdown()
    if ours:
        ours.close()
