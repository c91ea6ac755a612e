"""Running many recordings: workers with one model each, in this process or as Ray actors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from streamwer import recognisers
from streamwer.cluster import loaded
from streamwer.cluster.hardware import cores
from streamwer.cluster.pool import Outcome, Workers, run
from streamwer.cluster.ray_session import kept
from streamwer.cluster.recorded import event_log
from streamwer.cluster.worker import Job, Worker
from streamwer.config import ClusterConfig, SystemConfig
from streamwer.errors import ConfigError


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
    if not system.load.alone:
        return loaded.run(jobs, Worker(system), done)
    return run(jobs, _workers(len(jobs), system, cluster), done)


def _workers(jobs: int, system: SystemConfig, cluster: ClusterConfig) -> Workers:
    recognisers.files(system)  # a missing model is one error here, not one from every actor
    build = partial(Worker, system)
    if cluster.name == "local":
        from streamwer.cluster.local import LocalWorkers

        return LocalWorkers(build())
    if cluster.name != "ray":
        raise ConfigError(f"cluster.name={cluster.name!r} must be one of local, ray")
    from streamwer.cluster.ray_workers import RayWorkers

    threads = system.model.cpu_threads
    if threads < 1 or (cluster.workers or 1) < 1:
        raise ConfigError(
            f"model.cpu_threads={threads} and cluster.workers={cluster.workers} must be at least 1"
        )
    count = cluster.workers or max(1, cores() // threads)
    return RayWorkers(build, min(count, jobs), threads, cluster.timeout_s, cluster.address)


__all__ = ["Job", "Outcome", "Worker", "cores", "event_log", "kept", "stream_all"]
