"""Workers as Ray actors: one model per actor, on cores of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from streamwer.cluster import ray_session  # isort: skip - it sets Ray's environment

import ray
from ray.exceptions import RayError, RayTaskError

from streamwer.cluster.local import reason
from streamwer.cluster.pool import Finished
from streamwer.cluster.recorded import worst
from streamwer.cluster.worker import Job, StreamWorker
from streamwer.errors import ConfigError

_START_TIMEOUT_S = 300.0
_FACTS_TIMEOUT_S = 30.0


class _Actor:
    """The worker inside the actor's process; built there, since a forked model hangs."""

    def __init__(self, build: Callable[[], StreamWorker]) -> None:
        self._worker = build()

    def ready(self) -> bool:
        return True

    def stream(self, job: Job) -> Any:
        return self._worker.stream(job), self._worker.facts()

    def facts(self) -> dict[str, Any]:
        return self._worker.facts()


class RayWorkers:
    """`count` actors, each with `cpus` cores, on a Ray of our own unless `address` names one.

    Args:
        build: makes the worker inside the actor.
        timeout_s: longest time one recording may take before its worker is replaced.

    Raises:
        ConfigError: the cluster is too small for one worker, or a worker cannot start.
    """

    def __init__(
        self,
        build: Callable[[], StreamWorker],
        count: int,
        cpus: int,
        timeout_s: float,
        address: str = "local",
    ) -> None:
        self._build, self._cpus, self._timeout = build, cpus, timeout_s
        self._actors: list[Any] = []
        ray_session.join(address, count * cpus)
        try:
            self._refuse_the_impossible()
            self._actors += [self._spawn() for _ in range(count)]
            self._await_start()
        except BaseException:
            self.close()
            raise
        self._running: dict[Any, tuple[int, Job, float]] = {}

    def idle(self) -> list[int]:
        busy = {worker for worker, _, _ in self._running.values()}
        return [worker for worker in range(len(self._actors)) if worker not in busy]

    def submit(self, worker: int, job: Job) -> None:
        future = self._actors[worker].stream.remote(job)
        self._running[future] = (worker, job, time.monotonic() + self._timeout)

    def wait(self) -> Finished:
        first = min(deadline for _, _, deadline in self._running.values())
        patience = max(0.0, first - time.monotonic())
        ready, _ = ray.wait(list(self._running), num_returns=1, timeout=patience)
        if not ready:
            return self._timed_out()
        worker, job, _ = self._running.pop(ready[0])
        try:
            steps, facts = ray.get(ready[0])
            facts = {"workers": len(self._actors), **facts}
            return Finished(worker, job, steps=steps, facts=facts)
        except RayTaskError as error:
            return Finished(worker, job, error=reason(error.cause or error))
        except RayError as error:  # the actor is gone, or was killed for lack of memory
            self._replace(worker)
            return Finished(worker, job, error=f"its worker died ({_why(error)})", worker_died=True)

    def facts(self) -> dict[str, Any]:
        """The worst of what the workers that still live measured; of what is no number, all."""
        each = [facts for actor in self._actors if (facts := _facts(actor))]
        return {"workers": len(self._actors), **worst(each)}

    def close(self) -> None:
        for actor in self._actors:
            ray.kill(actor)  # in a Ray that is kept they would keep their cores
        ray_session.leave()

    def _spawn(self) -> Any:
        # Threads are set in the model's config as well: an actor without num_cpus gets one.
        remote: Any = ray.remote(num_cpus=self._cpus, max_restarts=0, max_task_retries=0)(_Actor)
        return remote.remote(self._build)

    def _refuse_the_impossible(self) -> None:
        have = ray.cluster_resources().get("CPU", 0)  # type: ignore[no-untyped-call]
        if have < self._cpus:
            raise ConfigError(
                f"model.cpu_threads={self._cpus} needs {self._cpus} cores on one node,"
                f" but the cluster has {have:.0f}"
            )

    def _await_start(self) -> None:
        try:
            ray.get([actor.ready.remote() for actor in self._actors], timeout=_START_TIMEOUT_S)
        except RayTaskError as error:
            raise error.cause or error from None
        except RayError as error:
            raise ConfigError(f"a worker could not start: {reason(error)}") from error

    def _timed_out(self) -> Finished:
        """Give up on the recording whose time is over."""
        future = min(self._running, key=lambda running: self._running[running][2])
        worker, job, _ = self._running.pop(future)
        self._replace(worker)
        error = f"no answer within cluster.timeout_s={self._timeout:g} s"
        return Finished(worker, job, error=error, worker_died=True)

    def _replace(self, worker: int) -> None:
        ray.kill(self._actors[worker])  # one that still lives would keep the cores of the new one
        self._actors[worker] = self._spawn()


def _facts(actor: Any) -> dict[str, Any]:
    try:
        return dict(ray.get(actor.facts.remote(), timeout=_FACTS_TIMEOUT_S))
    except RayError:  # an actor that died after its last recording takes no result with it
        return {}


def _why(error: RayError) -> str:
    text = str(error)
    marks = ("exit type:", "exit detail:")
    found = next((line for line in text.splitlines() if any(m in line.lower() for m in marks)), "")
    return " ".join(found.split()) or "reason unknown"
