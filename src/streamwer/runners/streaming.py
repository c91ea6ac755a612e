"""Stream many recordings: on workers with one model each, in this process or as Ray actors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from streamwer.config.cluster import ClusterConfig
from streamwer.config.experiment import SystemConfig
from streamwer.errors import ConfigError
from streamwer.provenance.signature import measures_hardware
from streamwer.runners import concurrent, interrupts, worker_count
from streamwer.runners.hardware import count_cores
from streamwer.runners.local import LocalWorkers
from streamwer.runners.pool import JobResult, RunOutcome, Workers, run_jobs, run_with_callback
from streamwer.runners.worker import Job, Worker, reserve_worker_cores


def stream_recordings(
    jobs: Sequence[Job],
    system: SystemConfig,
    cluster: ClusterConfig,
    on_done: Callable[[Job], None] = lambda job: None,
) -> RunOutcome:
    """Stream every job with one system: on all workers or, under a load, on one in this process.

    Args:
        jobs: recordings to stream.
        system: the system under test.
        cluster: where the workers run.
        on_done: called as each job ends, in any order.

    Raises:
        ConfigError: the machine lacks what the cluster config needs.
        ModelError: the model cannot be loaded.
    """
    if system.load.alone:
        with _open_workers(len(jobs), system, cluster) as workers:
            return run_jobs(jobs, workers, on_done)
    if cluster.name == "ray" and cluster.is_external:
        raise ConfigError(
            f"load.name={system.load.name} has one worker, in this process: it cannot run on"
            f" cluster.address={cluster.address}; leave that out, or choose load=alone"
        )
    with _open_local_worker(system, cluster) as worker:
        return concurrent.run_concurrently(jobs, worker, on_done)


def stream_with_callback(
    jobs: Sequence[Job],
    system: SystemConfig,
    cluster: ClusterConfig,
    on_result: Callable[[JobResult], None],
) -> dict[str, Any]:
    """Stream every job alone on its worker, and pass on each result instead of collecting it.

    Args:
        jobs: recordings to stream.
        system: the system under test.
        cluster: where the workers run.
        on_result: gets the final result of each job, in any order.

    Returns:
        Facts of the workers (`Workers.facts`).

    Raises:
        ConfigError: the machine lacks what the cluster config needs.
        ModelError: the model cannot be loaded.
    """
    with _open_workers(len(jobs), system, cluster) as workers:
        return run_with_callback(jobs, workers, on_result)


@contextmanager
def _open_workers(jobs: int, system: SystemConfig, cluster: ClusterConfig) -> Iterator[Workers]:
    if cluster.name == "ray":
        yield _create_actors(jobs, system, cluster)
    else:
        with _open_local_worker(system, cluster) as worker:
            yield LocalWorkers(worker)


@contextmanager
def _open_local_worker(system: SystemConfig, cluster: ClusterConfig) -> Iterator[Worker]:
    """Open a worker in this process, with its own cores until the block ends."""
    if cluster.name not in ("local", "ray"):
        raise ConfigError(f"cluster.name={cluster.name!r} must be one of local, ray")
    _check_enough_cores(1, system)
    with reserve_worker_cores(system) as reservation:
        yield Worker(system, reservation)


def _create_actors(jobs: int, system: SystemConfig, cluster: ClusterConfig) -> Workers:
    threads = system.model.cpu_threads
    if threads < 1 or (cluster.workers or 1) < 1:
        raise ConfigError(
            f"model.cpu_threads={threads} and cluster.workers={cluster.workers} must be at least 1"
        )
    if not cluster.is_external:
        _check_enough_cores(
            worker_count.count_local_workers(cluster.workers, threads, jobs), system
        )
    with interrupts.defer_interrupt():  # an import of Ray's native library would lose it
        from streamwer.runners.actor_pool import create_actor_pool

    return create_actor_pool(jobs, system, cluster)


def _check_enough_cores(workers: int, system: SystemConfig) -> None:
    """Refuse workers that share cores under a clock that measures: they would slow each other."""
    threads, have = system.model.cpu_threads, count_cores()
    if measures_hardware(system.clock.name) and workers * threads > have:
        raise ConfigError(
            f"{workers} worker{'s' * (workers != 1)} × model.cpu_threads={threads} need"
            f" {workers * threads} cores, but this machine has {have}: with"
            f" clock.name={system.clock.name} each needs cores of its own; lower cluster.workers"
            " or model.cpu_threads, or choose clock=profile"
        )
