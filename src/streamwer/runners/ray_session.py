"""The Ray that actors run on: one for each run, or one for several runs."""

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
from streamwer.provenance.imports import PACKAGE
from streamwer.runners import interrupts, ray_address
from streamwer.runners.local_ray import LocalRay, bind_to_loopback, make_local_ray
from streamwer.runners.worker_count import NodeCapacity

# Set before Ray is imported: no usage reports; no second environment per worker under uv; no new
# Ray for a client that has lost its head; and a check for Ctrl-C every second (30 times) while a
# node starts.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
os.environ.setdefault("RAY_ENABLE_AUTO_CONNECT", "0")
os.environ.setdefault("RAY_raylet_start_wait_time_s", "1")

CODE = PACKAGE
"""The package, which travels to the nodes of a cluster that we join."""

_TRIES = 3
"""Ray's client server forks while its threads run, which sometimes fails (ray#63202)."""

_AUTH_MODE, _TOKEN = "RAY_AUTH_MODE", "token"

_CUT_OFF = "Ray Client is not connected"
"""Beginning of the bare `Exception` that Ray's client raises once it has lost its head."""


@dataclass
class _Session:
    """The Ray that this process has joined (Ray allows one), and whether it outlives a run."""

    keep_running: bool = False
    address: str = ""
    cpus: int = 0
    local_ray: LocalRay | None = None


_session = _Session()


@contextmanager
def keep_ray_running() -> Iterator[None]:
    """Keep Ray running within the block: the first run starts it, later runs share it."""
    _session.keep_running = True
    try:
        yield
    finally:
        _session.keep_running = False
        leave()


@contextmanager
def detect_lost_cluster() -> Iterator[None]:
    """Raise a `ClusterError` where the block fails because the cluster's head is lost.

    Raises:
        ClusterError: the head is lost.
    """
    try:
        yield
    except Exception as error:
        cut_off = type(error) is Exception and str(error).startswith(_CUT_OFF)
        if not (cut_off or isinstance(error, ConnectionError)):
            raise
        _stop_ray()  # the next run that shares it joins anew
        why = _CUT_OFF if cut_off else " ".join(str(error).split())
        raise ClusterError(
            f"the connection to the cluster is lost ({why}); check that it is up, and run again:"
            " finished recordings are kept"
        ) from error


def join(address: str, cpus: int) -> None:
    """Start a private Ray with so many cores, or join the one at an address with this code.

    A Ray that is still running from an earlier run is used again if it fits.

    Raises:
        ClusterError: no Ray answers at the address, or it cannot be joined; or ours cannot start.
    """
    if _session.address == address and (address != LOCAL or _session.cpus >= cpus):
        return
    _stop_ray()
    if address == LOCAL:
        _start_ray(cpus)
    else:
        with interrupts.defer_interrupt():  # a half-connected client breaks every later one
            _join_cluster(address)
    _session.address, _session.cpus = address, cpus


@detect_lost_cluster()
def list_nodes() -> list[NodeCapacity]:
    """List the resources of the live nodes, largest first.

    Raises:
        ClusterError: the cluster is lost.
    """
    import ray

    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    resources = [node["Resources"] for node in nodes if node["Alive"]]
    capacities = [
        NodeCapacity(int(each.get("CPU", 0)), int(each.get("GPU", 0))) for each in resources
    ]
    return sorted(capacities, key=lambda node: (node.cpus, node.gpus), reverse=True)


@detect_lost_cluster()
def put_bytes(piece: bytes) -> Any:
    """Store bytes in the object store for as long as the returned reference lives.

    Raises:
        ClusterError: the cluster is lost.
    """
    import ray

    return ray.put(piece)


def get_bytes(reference: Any) -> bytes:
    """Read bytes from the object store by their reference, on any node."""
    import ray

    piece: bytes = ray.get(reference)
    return piece


def check_alive() -> None:
    """Check that the private Ray lives: one that has died never answers.

    Raises:
        ClusterError: it has died; the next run starts another one.
    """
    dead = _session.local_ray.find_dead_process() if _session.local_ray else ""
    if dead:
        _stop_ray()
        raise ClusterError(
            f"the Ray of this run has died ({dead} was ended, perhaps for lack of memory); run"
            " again: finished recordings are kept"
        )


def leave() -> None:
    """Stop Ray, unless it is kept running."""
    if not _session.keep_running:
        _stop_ray()


def _start_ray(cpus: int) -> None:
    before = psutil.Process().children()
    ours: LocalRay | None = None
    try:
        ours = make_local_ray()
        # Starting, and ending in order, takes seconds.
        with interrupts.reraise_interrupt(_is_starting), bind_to_loopback():
            _init_ray("local", num_cpus=cpus, include_dashboard=False, **ours.init_options())
        ours.record_processes()
        _session.local_ray = ours
    except (
        KeyboardInterrupt,
        SystemExit,
        Exception,
    ) as error:  # Ray raises a bare one where it is slow
        if _is_starting():
            _kill_processes(set(psutil.Process().children()) - set(before))
        _shut_down()
        if ours:
            ours.close()
        if isinstance(error, SystemExit):  # Ray turns SIGTERM into this
            raise KeyboardInterrupt(signal.SIGTERM) from error
        if isinstance(error, KeyboardInterrupt):
            raise
        why = " ".join(str(error).split())
        raise ClusterError(
            f"Ray cannot start on this machine ({why}); RAY_TMPDIR says where it keeps its files,"
            " and cluster=local does without it"
        ) from error


def _join_cluster(address: str) -> None:
    place = ray_address.resolve_address(address)
    from ray.exceptions import RayError

    _check_token(address, place)
    for tries_left in reversed(range(_TRIES)):
        try:
            _init_ray(place, runtime_env={"py_modules": [str(CODE)], "excludes": ["__pycache__"]})
            return
        except (OSError, RuntimeError, ValueError, ImportError, SystemExit, RayError) as error:
            _shut_down()
            if not (tries_left and isinstance(error, ConnectionAbortedError)):
                why = " ".join(str(error).split())
                raise ClusterError(
                    f"cluster.address={address}: it answers but cannot be joined ({why}); Ray"
                    " and Python must be those of its head, and where that has a token"
                    " (~/.ray/auth_token) copy it and set RAY_AUTH_MODE=token, see docs/cluster.md"
                ) from error


def _check_token(address: str, place: str) -> None:
    """Check that token authentication is on for both sides, since Ray gives no clear error.

    The token of a head on this machine is on this machine too. Ray itself sends it for `auto`, but
    not for the resolved address.
    """
    if place.startswith("ray://"):  # its driver runs in the cluster
        return
    wanted = ray_address.requires_token(place)
    if wanted and address == AUTO and not os.environ.get("RAY_ADDRESS"):
        _use_local_token()
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


def _use_local_token() -> None:
    with suppress(ImportError):  # earlier versions of Ray have no tokens
        from ray._private.authentication.authentication_token_setup import (
            logger,
            maybe_enable_token_auth_if_token_available,
        )

        logger.setLevel(logging.ERROR)
        maybe_enable_token_auth_if_token_available()


def _is_starting() -> bool:
    """Tell whether Ray's processes are still starting; an interrupt after that crashes Ray."""
    from ray._private import worker  # no public API tells

    return getattr(worker, "_global_node", None) is None


def _kill_processes(started: Iterable[psutil.Process]) -> None:
    """Kill the processes of a Ray that has not started; it would leave them for a minute."""
    found = list(started)
    for process in found:  # the list grows by their children
        with suppress(psutil.NoSuchProcess):
            process.suspend()  # so that it starts no more
            found += process.children()
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(started, timeout=1.0)


def _shut_down() -> None:
    """Reset Ray: a client that failed to connect would break every later call."""
    import ray

    ray.shutdown()


def _init_ray(address: str, **more: Any) -> None:
    import ray  # slow to import, and a run without Ray needs none

    with processes.restore_sigterm_handler():
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **more)


def _stop_ray() -> None:
    if not _session.address:
        return
    import ray

    ours, _session.local_ray = _session.local_ray, None
    _session.address, _session.cpus = "", 0
    ray.shutdown()
    if ours:
        ours.close()
