"""Workers as Ray actors: one model per actor, on cores of its own.

An actor that dies, by itself or with its node, is replaced. Its successor gets recordings when it
has a place and its model: until then the others go on without it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NoReturn

from streamwer.runners import ray_session  # isort: skip - it sets Ray's environment

import ray
from ray.exceptions import OutOfMemoryError, RayError, RayTaskError

from streamwer import audio
from streamwer.errors import AudioError, ClusterError, ConfigError, StreamwerError
from streamwer.runners.local import reason
from streamwer.runners.pool import Finished
from streamwer.runners.worker import Job, StreamWorker
from streamwer.runners.worker_facts import worst

_SETTLE_S = 30.0
"""So long the first workers wait for the others, so that what is wrong with one is told at once."""
_STARTS = 3
"""So often in a row a worker may fail to start before it is given up."""
_FACTS_TIMEOUT_S = 30.0
_LOOK_S = 2.0
"""Between two looks at whether Ray still lives."""


class _Actor:
    """The worker inside the actor's process; built there, since a forked model hangs."""

    def __init__(self, build: Callable[[], StreamWorker]) -> None:
        self._build = build

    def start(self) -> None:
        """Not in the constructor: what that raises comes back as text."""
        self._worker = self._build()

    def stream(self, job: Job, contents: bytes | AudioError | None) -> Any:
        if isinstance(contents, AudioError):
            raise contents
        told = job if contents is None else replace(job, contents=contents)
        return self._worker.stream(told), self._worker.facts()

    def facts(self) -> dict[str, Any]:
        return self._worker.facts()


@dataclass
class _Slot:
    """One of the workers: the actor that it is just now, and how often it failed to start.

    Attributes:
        facts: of the actor, with its last answer.
    """

    actor: Any
    failed: int = 0
    facts: dict[str, Any] = field(default_factory=dict)


class RayWorkers:
    """`count` actors, each with `cpus` cores, on a Ray of our own unless `address` names one.

    Args:
        build: makes the worker inside the actor.
        count: number of actors; those that do not fit just now wait for a place.
        timeout_s: longest time one recording may take before its worker is replaced.
        gpus: of each actor.
        start_timeout_s: longest time without any actor that has a place and its model.
        sends_audio: send what is in a recording's file, not only its path.
        known: facts of every actor that it cannot know itself.

    Raises:
        ConfigError: a worker cannot start.
        ClusterError: no worker was given a place, or the cluster is lost.
    """

    @ray_session.connected()
    def __init__(
        self,
        build: Callable[[], StreamWorker],
        count: int,
        cpus: int,
        timeout_s: float,
        address: str = "local",
        *,
        gpus: float = 0.0,
        start_timeout_s: float = 300.0,
        sends_audio: bool = False,
        known: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self._build, self._cpus, self._gpus = build, cpus, gpus
        self._timeout, self._start_timeout = timeout_s, start_timeout_s
        self._sends_audio, self._known = sends_audio, dict(known)
        self._slots: dict[int, _Slot] = {}
        self._starting: dict[Any, int] = {}
        self._running: dict[Any, tuple[int, Job, float]] = {}
        self._begun = False
        self._lost = ""  # why the last worker was given up
        ray_session.join(address, count * cpus)
        try:
            for at in range(count):
                self._spawn(at)
            self._await_start()
        except BaseException:
            self.close()
            raise

    def idle(self) -> list[int]:
        busy = {slot for slot, _, _ in self._running.values()} | set(self._starting.values())
        return [slot for slot in self._slots if slot not in busy]

    @ray_session.connected()
    def submit(self, worker: int, job: Job) -> None:
        contents = _sent(job) if self._sends_audio else None
        future = self._slots[worker].actor.stream.remote(job, contents)
        self._running[future] = (worker, job, time.monotonic() + self._timeout)

    @ray_session.connected()
    def wait(self) -> Finished | None:
        due = self._due_first()
        patience = self._running[due][2] - time.monotonic() if due else self._start_timeout
        pending = [*self._running, *self._starting]
        if due and patience <= 0:  # answers of others must not put it off
            pending = [due]
        ready = _first(pending, patience) if pending else None
        if ready in self._running:
            return self._answered(ready)
        if ready:
            self._started(ready)
            return None
        if not due:
            self._refuse_to_go_on()
        return self._timed_out(due)

    def facts(self) -> dict[str, Any]:
        """The worst of what the workers measured; of what is no number, all.

        Those that cannot be asked any more are known by what came with their last answers.
        """
        starting = self._starting.values()
        up = [slot for at, slot in self._slots.items() if at not in starting]
        each = [facts for slot in up if (facts := _facts(slot.actor) or slot.facts)]
        return {"workers": len(self._slots), **worst(each), **self._known}

    def close(self) -> None:
        for slot in self._slots.values():
            _end(slot.actor)  # in a Ray that is kept they would keep their cores
        ray_session.leave()

    def _spawn(self, at: int, failed: int = 0) -> None:
        # Threads are set in the model's config as well: an actor without num_cpus gets one.
        remote: Any = ray.remote(
            num_cpus=self._cpus,
            num_gpus=self._gpus,
            max_restarts=0,
            max_task_retries=0,
            scheduling_strategy="SPREAD",  # workers that need not share a node do not
        )(_Actor)
        actor = remote.remote(self._build)
        self._slots[at] = _Slot(actor, failed)
        self._starting[actor.start.remote()] = at

    def _await_start(self) -> None:
        """Until all are there, or some are and the others take their time."""
        deadline = time.monotonic() + self._start_timeout
        while self._starting and (ready := _first(self._starting, deadline - time.monotonic())):
            self._started(ready)
            if self.idle():
                deadline = min(deadline, time.monotonic() + _SETTLE_S)
        if not self.idle():
            self._refuse_to_go_on()
        self._begun = True

    def _started(self, future: Any) -> None:
        at = self._starting.pop(future)
        try:
            ray.get(future)
            self._slots[at].failed = 0
        except RayTaskError as error:
            if not self._begun:  # what is wrong with one now is most likely wrong with all
                raise _told(error) from None
            self._not_started(at, reason(error.cause or error))
        except RayError as error:
            self._not_started(at, f"it died while it was started ({_why(error)})")

    def _not_started(self, at: int, why: str) -> None:
        self._slots[at].failed += 1
        if self._slots[at].failed < _STARTS:
            self._replace(at)
        else:
            self._lost = why
            _end(self._slots.pop(at).actor)

    def _answered(self, future: Any) -> Finished:
        worker, job, _ = self._running.pop(future)
        try:
            steps, told = ray.get(future)
            self._slots[worker].facts = told
            facts = {"workers": len(self._slots), **told, **self._known}
            return Finished(worker, job, steps=steps, facts=facts)
        except RayTaskError as error:
            return Finished(worker, job, error=reason(error.cause or error))
        except RayError as error:  # the actor is gone, or was killed for lack of memory
            lacked = isinstance(error, OutOfMemoryError)
            for at in self.idle() if lacked else [worker]:  # Ray ends several at once
                self._replace(at)
            why = f"its worker died ({_why(error)})"
            return Finished(worker, job, error=why, worker_died=True, lacked_memory=lacked)

    def _due_first(self) -> Any:
        """The future whose time is over first; None while no recording is streamed."""
        return min(self._running, key=lambda future: self._running[future][2], default=None)

    def _timed_out(self, future: Any) -> Finished:
        """Give up on a recording whose time is over."""
        worker, job, _ = self._running.pop(future)
        self._replace(worker)
        error = f"no answer within cluster.timeout_s={self._timeout:g} s"
        return Finished(worker, job, error=error, worker_died=True)

    def _replace(self, at: int) -> None:
        _end(self._slots[at].actor)  # one that still lives would keep the cores of the new one
        self._spawn(at, self._slots[at].failed)

    def _refuse_to_go_on(self) -> NoReturn:
        if not self._slots:
            raise ClusterError(f"no worker is left: {self._lost}")
        free: dict[str, float] = ray.available_resources()  # type: ignore[no-untyped-call]
        needs, has = f"model.cpu_threads={self._cpus} cores", f"{free.get('CPU', 0):g} cores"
        if self._gpus:
            needs += f" and cluster.gpus={self._gpus:g}"
            has += f" and {free.get('GPU', 0):g} GPUs"
        raise ClusterError(
            f"no worker within cluster.start_timeout_s={self._start_timeout:g} s: each needs"
            f" {needs} of one node, and on all nodes together {has} are free; end what else runs"
            " there or add nodes, and run again"
        )


def _first(futures: Iterable[Any], patience: float) -> Any:
    """The first that is ready; None if none is in time.

    Raises:
        ClusterError: Ray itself has died meanwhile.
    """
    deadline = time.monotonic() + patience
    while True:
        left = max(0.0, deadline - time.monotonic())
        ready, _ = ray.wait(list(futures), num_returns=1, timeout=min(left, _LOOK_S))
        if ready or left <= _LOOK_S:
            return ready[0] if ready else None
        ray_session.check_alive()


def _sent(job: Job) -> Any:
    """A file's contents in the object store, or why it cannot be read: the actor says so then.

    They are there for as long as the job runs: as many recordings at once as there are workers.
    """
    try:
        return ray.put(audio.read(job.audio))
    except AudioError as error:
        return error


def _end(actor: Any) -> None:
    with suppress(RayError, ClusterError), ray_session.connected():  # of a cluster that is gone
        ray.kill(actor)


def _told(error: RayTaskError) -> StreamwerError:
    """What hinders a worker to start: an error of ours speaks for itself."""
    if isinstance(error.cause, StreamwerError):
        return error.cause
    return ConfigError(f"a worker could not start: {reason(error.cause or error)}")


def _facts(actor: Any) -> dict[str, Any]:
    try:
        with ray_session.connected():
            return dict(ray.get(actor.facts.remote(), timeout=_FACTS_TIMEOUT_S))
    except (RayError, ClusterError):  # no result is lost with it, and none with the cluster
        return {}


def _why(error: RayError) -> str:
    if isinstance(error, OutOfMemoryError):
        return "Ray ended it because its node ran out of memory; lower cluster.workers"
    lines = [line for line in str(error).splitlines() if line.strip()] or ["reason unknown"]
    marks = ("exit type:", "exit detail:")
    found = next((line for line in lines if any(m in line.lower() for m in marks)), lines[-1])
    return " ".join(found.split())
