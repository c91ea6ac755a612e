"""Running many recordings: workers with one model each, in this process or as Ray actors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from streamwer.config.cluster import ClusterConfig
from streamwer.config.experiment import SystemConfig
from streamwer.errors import ConfigError
from streamwer.provenance.signature import measures
from streamwer.runners import concurrent, interrupts, worker_count
from streamwer.runners.hardware import cores
from streamwer.runners.local import LocalWorkers
from streamwer.runners.pool import Finished, Outcome, Workers, run, run_each
from streamwer.runners.ray_session import kept
from streamwer.runners.run_log import described, event_log
from streamwer.runners.worker import Job, Worker, place_of


def stream_all(
    jobs: Sequence[Job],
    system: SystemConfig,
    cluster: ClusterConfig,
    done: Callable[[Job], None] = lambda job: None,
) -> Outcome:
    """Stream every job with one system: on all workers, or under a load on one, in this process.

    Raises:
        ConfigError: the cluster config asks for what the machine does not have.
        ModelError: the model cannot be loaded.
    """
    if system.load.alone:
        with _workers(len(jobs), system, cluster) as workers:
            return run(jobs, workers, done)
    if cluster.name == "ray" and cluster.joined:
        raise ConfigError(
            f"load.name={system.load.name} has one worker, in this process: it cannot run on"
            f" cluster.address={cluster.address}; leave that out, or choose load=alone"
        )
    with _one(system, cluster) as worker:
        return concurrent.run(jobs, worker, done)


def stream_each(
    jobs: Sequence[Job],
    system: SystemConfig,
    cluster: ClusterConfig,
    take: Callable[[Finished], None],
) -> dict[str, Any]:
    """Stream every job with a system that has each worker's whole attention, and keep none.

    Args:
        take: gets each job's last answer as it comes, in whatever order.

    Returns:
        What the workers know of themselves in the end.

    Raises:
        ConfigError: the cluster config asks for what the machine does not have.
        ModelError: the model cannot be loaded.
    """
    with _workers(len(jobs), system, cluster) as workers:
        return run_each(jobs, workers, take)


@contextmanager
def _workers(jobs: int, system: SystemConfig, cluster: ClusterConfig) -> Iterator[Workers]:
    if cluster.name == "ray":
        yield _actors(jobs, system, cluster)
    else:
        with _one(system, cluster) as worker:
            yield LocalWorkers(worker)


@contextmanager
def _one(system: SystemConfig, cluster: ClusterConfig) -> Iterator[Worker]:
    """A worker in this process, with cores of its own for as long as it is wanted."""
    if cluster.name not in ("local", "ray"):
        raise ConfigError(f"cluster.name={cluster.name!r} must be one of local, ray")
    _refuse_sharing(1, system)
    with place_of(system) as place:
        yield Worker(system, place)


def _actors(jobs: int, system: SystemConfig, cluster: ClusterConfig) -> Workers:
    threads = system.model.cpu_threads
    if threads < 1 or (cluster.workers or 1) < 1:
        raise ConfigError(
            f"model.cpu_threads={threads} and cluster.workers={cluster.workers} must be at least 1"
        )
    if not cluster.joined:
        _refuse_sharing(worker_count.here(cluster.workers, threads, jobs), system)
    with interrupts.put_off():  # half-way through Ray's native library it would be lost
        from streamwer.runners.actor_pool import actors

    return actors(jobs, system, cluster)


def _refuse_sharing(workers: int, system: SystemConfig) -> None:
    """Under a clock that measures, workers that share cores would time each other."""
    threads, have = system.model.cpu_threads, cores()
    if measures(system.clock.name) and workers * threads > have:
        raise ConfigError(
            f"{workers} worker{'s' * (workers != 1)} × model.cpu_threads={threads} need"
            f" {workers * threads} cores, but this machine has {have}: with"
            f" clock.name={system.clock.name} each needs cores of its own; lower cluster.workers"
            " or model.cpu_threads, or choose clock=profile"
        )


__all__ = [
    "Finished",
    "Job",
    "Outcome",
    "Worker",
    "cores",
    "described",
    "event_log",
    "kept",
    "place_of",
    "stream_all",
    "stream_each",
]
