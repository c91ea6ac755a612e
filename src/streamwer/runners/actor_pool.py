"""Create the Ray actors of a run: as many as fit, with the same code and the same model."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from streamwer import recognisers
from streamwer.config.cluster import ClusterConfig
from streamwer.config.experiment import SystemConfig
from streamwer.runners import environment, model_transfer, ray_session, worker_count
from streamwer.runners.environment import EnvironmentFingerprint
from streamwer.runners.model_transfer import ModelPackage
from streamwer.runners.ray_workers import RayWorkers
from streamwer.runners.worker import StreamWorker, build_pinned_worker
from streamwer.runners.worker_count import WorkerNeeds

WorkerFactory = Callable[[SystemConfig], StreamWorker]


def create_actor_pool(
    jobs: int,
    system: SystemConfig,
    cluster: ClusterConfig,
    build: WorkerFactory = build_pinned_worker,
) -> RayWorkers:
    """Create workers for a number of recordings, on a private Ray or on a joined cluster.

    Args:
        jobs: number of recordings.
        system: that they run.
        cluster: settings of the cluster.
        build: builds a worker, in the actor's process.

    Raises:
        ConfigError: the workers do not fit on the nodes, or one cannot be built.
        ClusterError: the cluster cannot be joined, or a node has other code or another model.
        ModelError: the model cannot be found or loaded.
    """
    recognisers.fetch_model(system)  # so a missing model is one error, not one per actor
    threads = system.model.cpu_threads
    limit = worker_count.count_local_workers(cluster.workers, threads, jobs)
    ray_session.join(cluster.address, limit * threads)
    try:
        nodes = ray_session.list_nodes()
        needs = WorkerNeeds(threads, _count_gpus(system, cluster, any(n.gpus for n in nodes)))
        count = worker_count.plan_workers(cluster.workers, needs, nodes, jobs)
        start, facts = _choose_start(system, cluster, build)
        return RayWorkers(
            start,
            count if cluster.is_external else min(count, limit),
            threads,
            cluster.timeout_s,
            cluster.address,
            gpus=needs.gpus,
            start_timeout_s=cluster.start_timeout_s,
            sends_audio=cluster.sends_audio,
            extra_facts=facts,
        )
    except BaseException:
        ray_session.leave()
        raise


def _choose_start(
    system: SystemConfig, cluster: ClusterConfig, build: WorkerFactory
) -> tuple[Callable[[], StreamWorker], dict[str, str]]:
    """Return how an actor builds its worker, and the facts that it cannot know."""
    if not cluster.is_external:
        return partial(build, system), {}
    fingerprint = environment.fingerprint_environment(system)
    folder = recognisers.fetch_model(system)
    model = model_transfer.pack_model(folder, cluster.ship_model_mb, ray_session.put_bytes)
    return partial(_build_on_node, build, system, fingerprint, model), fingerprint.own_version


def _count_gpus(system: SystemConfig, cluster: ClusterConfig, has_gpus: bool) -> float:
    device = system.model.device
    return cluster.gpus if device == "cuda" or (device == "auto" and has_gpus) else 0.0


def _build_on_node(
    build: WorkerFactory,
    system: SystemConfig,
    fingerprint: EnvironmentFingerprint,
    model: ModelPackage | None,
) -> StreamWorker:
    fingerprint.check_node(system)
    return build(model_transfer.locate_model(system, model, ray_session.get_bytes))
