"""The Ray actors of a run: as many as fit, each with the same code and the same model."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from streamwer import recognisers
from streamwer.config.cluster import ClusterConfig
from streamwer.config.experiment import SystemConfig
from streamwer.runners import environment, model_transfer, ray_session, worker_count
from streamwer.runners.environment import Same
from streamwer.runners.model_transfer import Packed
from streamwer.runners.ray_workers import RayWorkers
from streamwer.runners.worker import StreamWorker, placed
from streamwer.runners.worker_count import Need

Build = Callable[[SystemConfig], StreamWorker]


def actors(
    jobs: int, system: SystemConfig, cluster: ClusterConfig, build: Build = placed
) -> RayWorkers:
    """Workers for a number of recordings, on a Ray of our own or on a cluster that is joined.

    Args:
        jobs: number of recordings.
        system: what is run.
        cluster: where.
        build: makes a worker, in the actor's process.

    Raises:
        ConfigError: the workers do not fit on the nodes, or one cannot be built.
        ClusterError: the cluster cannot be joined, or a node has other code or another model.
        ModelError: the model cannot be found or loaded.
    """
    folder = recognisers.files(system)  # a missing model is one error here, not one per actor
    threads = system.model.cpu_threads
    most = worker_count.here(cluster.workers, threads, jobs)
    ray_session.join(cluster.address, most * threads)
    try:
        have = ray_session.nodes()
        need = Need(threads, _gpus(system, cluster, any(node.gpus for node in have)))
        count = worker_count.planned(cluster.workers, need, have, jobs)
        known: dict[str, Any] = {}
        start: Callable[[], StreamWorker] = partial(build, system)
        if cluster.joined:
            same = environment.driver(system)
            model = model_transfer.packed(folder, cluster.ship_model_mb, ray_session.put)
            start, known = partial(_there, build, system, same, model), same.known
        return RayWorkers(
            start,
            count if cluster.joined else min(count, most),
            threads,
            cluster.timeout_s,
            cluster.address,
            gpus=need.gpus,
            start_timeout_s=cluster.start_timeout_s,
            sends_audio=cluster.sends_audio,
            known=known,
        )
    except BaseException:
        ray_session.leave()
        raise


def _gpus(system: SystemConfig, cluster: ClusterConfig, there_are: bool) -> float:
    device = system.model.device
    return cluster.gpus if device == "cuda" or (device == "auto" and there_are) else 0.0


def _there(build: Build, system: SystemConfig, same: Same, model: Packed | None) -> StreamWorker:
    same.check(system)
    return build(model_transfer.found(system, model, ray_session.get))
