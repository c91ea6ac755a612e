"""Workers as Ray actors, each with one model and its own cores.

An actor that dies, alone or with its node, is replaced. Its replacement gets recordings once it is
scheduled and has loaded its model; the other actors continue meanwhile.
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
from streamwer.runners.local import describe_error
from streamwer.runners.pool import JobResult
from streamwer.runners.worker import Job, StreamWorker
from streamwer.runners.worker_facts import merge_facts

_SETTLE_S = 30.0
"""Time for which ready workers wait for the others, so that a start error is reported early."""
_STARTS = 3
"""Failed starts in a row after which a worker is given up."""
_FACTS_TIMEOUT_S = 30.0
_CHECK_S = 2.0
"""Interval of the checks that Ray still lives."""


class _Actor:
    """The worker in the actor's process; it is built there, since a forked model hangs."""

    def __init__(self, build: Callable[[], StreamWorker]) -> None:
        self._build = build

    def start(self) -> None:
        """Build the worker; not in the constructor, whose errors Ray returns as text."""
        self._worker = self._build()

    def stream(self, job: Job, contents: bytes | AudioError | None) -> Any:
        if isinstance(contents, AudioError):
            raise contents
        received = job if contents is None else replace(job, contents=contents)
        return self._worker.stream(received), self._worker.facts()

    def facts(self) -> dict[str, Any]:
        return self._worker.facts()


@dataclass
class _Slot:
    """The current actor of one worker number.

    Attributes:
        actor: Ray's handle.
        failed: failed starts in a row.
        facts: of the actor, from its last result.
    """

    actor: Any
    failed: int = 0
    facts: dict[str, Any] = field(default_factory=dict)


class RayWorkers:
    """Actors with their own cores, on a private Ray or on the cluster at an address.

    Args:
        build: makes the worker inside the actor.
        count: number of actors; those that do not fit yet wait.
        cpus: cores of each actor.
        timeout_s: longest time for one recording, after which its worker is replaced.
        address: of the cluster; "local" for a private Ray.
        gpus: GPUs of each actor.
        start_timeout_s: longest time without any ready actor.
        sends_audio: send the contents of each audio file, not only its path.
        extra_facts: facts that the actors cannot know.

    Raises:
        ConfigError: a worker cannot start.
        ClusterError: no worker was scheduled, or the cluster is lost.
    """

    @ray_session.detect_lost_cluster()
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
        extra_facts: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self._build, self._cpus, self._gpus = build, cpus, gpus
        self._timeout, self._start_timeout = timeout_s, start_timeout_s
        self._sends_audio, self._known = sends_audio, dict(extra_facts)
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

    def list_idle(self) -> list[int]:
        busy = {slot for slot, _, _ in self._running.values()} | set(self._starting.values())
        return [slot for slot in self._slots if slot not in busy]

    @ray_session.detect_lost_cluster()
    def submit(self, worker: int, job: Job) -> None:
        contents = _put_audio(job) if self._sends_audio else None
        future = self._slots[worker].actor.stream.remote(job, contents)
        self._running[future] = (worker, job, time.monotonic() + self._timeout)

    @ray_session.detect_lost_cluster()
    def wait(self) -> JobResult | None:
        due = self._find_next_deadline()
        patience = self._running[due][2] - time.monotonic() if due else self._start_timeout
        pending = [*self._running, *self._starting]
        if due and patience <= 0:  # results of others must not delay it
            pending = [due]
        ready = _wait_for_first(pending, patience) if pending else None
        if ready in self._running:
            return self._collect_answer(ready)
        if ready:
            self._handle_start(ready)
            return None
        if not due:
            self._raise_no_worker()
        return self._give_up(due)

    def facts(self) -> dict[str, Any]:
        """Merge the facts of all workers; of lost workers, those of their last result."""
        starting = self._starting.values()
        up = [slot for at, slot in self._slots.items() if at not in starting]
        each = [facts for slot in up if (facts := _fetch_facts(slot.actor) or slot.facts)]
        return {"workers": len(self._slots), **merge_facts(each), **self._known}

    def close(self) -> None:
        for slot in self._slots.values():
            _kill_actor(slot.actor)  # else they keep their cores in a Ray that lives on
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
        """Wait until all workers are ready, or some are and the others are slow."""
        deadline = time.monotonic() + self._start_timeout
        while self._starting and (
            ready := _wait_for_first(self._starting, deadline - time.monotonic())
        ):
            self._handle_start(ready)
            if self.list_idle():
                deadline = min(deadline, time.monotonic() + _SETTLE_S)
        if not self.list_idle():
            self._raise_no_worker()
        self._begun = True

    def _handle_start(self, future: Any) -> None:
        at = self._starting.pop(future)
        try:
            ray.get(future)
            self._slots[at].failed = 0
        except RayTaskError as error:
            if not self._begun:  # at first, an error of one is most likely one of all
                raise _make_start_error(error) from None
            self._handle_failed_start(at, describe_error(error.cause or error))
        except RayError as error:
            self._handle_failed_start(
                at, f"it died while it was started ({_describe_death(error)})"
            )

    def _handle_failed_start(self, at: int, why: str) -> None:
        self._slots[at].failed += 1
        if self._slots[at].failed < _STARTS:
            self._replace(at)
        else:
            self._lost = why
            _kill_actor(self._slots.pop(at).actor)

    def _collect_answer(self, future: Any) -> JobResult:
        worker, job, _ = self._running.pop(future)
        try:
            steps, facts = ray.get(future)
            self._slots[worker].facts = facts
            facts = {"workers": len(self._slots), **facts, **self._known}
            return JobResult(worker, job, steps=steps, facts=facts)
        except RayTaskError as error:
            return JobResult(worker, job, error=describe_error(error.cause or error))
        except RayError as error:  # the actor died, or was killed for lack of memory
            lacked = isinstance(error, OutOfMemoryError)
            for at in self.list_idle() if lacked else [worker]:  # Ray ends several at once
                self._replace(at)
            why = f"its worker died ({_describe_death(error)})"
            return JobResult(worker, job, error=why, worker_died=True, out_of_memory=lacked)

    def _find_next_deadline(self) -> Any:
        """Return the future with the earliest deadline; None while nothing is streamed."""
        return min(self._running, key=lambda future: self._running[future][2], default=None)

    def _give_up(self, future: Any) -> JobResult:
        """Give up a recording that has taken too long."""
        worker, job, _ = self._running.pop(future)
        self._replace(worker)
        error = f"no answer within cluster.timeout_s={self._timeout:g} s"
        return JobResult(worker, job, error=error, worker_died=True)

    def _replace(self, at: int) -> None:
        _kill_actor(self._slots[at].actor)  # a live one would keep the cores of its replacement
        self._spawn(at, self._slots[at].failed)

    def _raise_no_worker(self) -> NoReturn:
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


def _wait_for_first(futures: Iterable[Any], patience: float) -> Any:
    """Return the first future that is ready; None if none is in time.

    Raises:
        ClusterError: Ray itself has died.
    """
    deadline = time.monotonic() + patience
    while True:
        remaining = max(0.0, deadline - time.monotonic())
        ready, _ = ray.wait(list(futures), num_returns=1, timeout=min(remaining, _CHECK_S))
        if ready or remaining <= _CHECK_S:
            return ready[0] if ready else None
        ray_session.check_alive()


def _put_audio(job: Job) -> Any:
    """Store a file's contents for the actor, or return the error for it to raise.

    They are stored while the job runs: one recording per worker at a time.
    """
    try:
        return ray.put(audio.read_contents(job.audio))
    except AudioError as error:
        return error


def _kill_actor(actor: Any) -> None:
    with (
        suppress(RayError, ClusterError),
        ray_session.detect_lost_cluster(),
    ):  # the cluster may be lost
        ray.kill(actor)


def _make_start_error(error: RayTaskError) -> StreamwerError:
    """Return the user's error behind a failed start, or describe another one."""
    if isinstance(error.cause, StreamwerError):
        return error.cause
    return ConfigError(f"a worker could not start: {describe_error(error.cause or error)}")


def _fetch_facts(actor: Any) -> dict[str, Any]:
    try:
        with ray_session.detect_lost_cluster():
            return dict(ray.get(actor.facts.remote(), timeout=_FACTS_TIMEOUT_S))
    except (RayError, ClusterError):  # facts are optional: no result is lost
        return {}


def _describe_death(error: RayError) -> str:
    if isinstance(error, OutOfMemoryError):
        return "Ray ended it because its node ran out of memory; lower cluster.workers"
    lines = [line for line in str(error).splitlines() if line.strip()] or ["reason unknown"]
    marks = ("exit type:", "exit detail:")
    found = next((line for line in lines if any(m in line.lower() for m in marks)), lines[-1])
    return " ".join(found.split())
