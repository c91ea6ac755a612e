"""Worker processes that report every step as it happens, for the loop in `cluster.pool`.

Processes are spawned, never forked, and each has a pipe of its own: a process that is killed
closes its pipe, and nothing that it held can block the others.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_any
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol, TypeAlias

from streamwer._util import processes
from streamwer.cli.messages import Broken, Ended, Heard, Message, Opened, Warned
from streamwer.cli.worker import BuildRecogniser, faster_whisper, serve
from streamwer.config.experiment import SystemConfig
from streamwer.errors import ModelError
from streamwer.runners.pool import Finished, Workers
from streamwer.runners.worker import Job
from streamwer.types import Step

_PATIENCE_S = 5.0


class Listener(Protocol):
    """Whoever wants to know what happens while the workers work."""

    def opened(self, job: Job, seconds: float) -> None: ...

    def stepped(self, job: Job, step: Step) -> None: ...

    def warned(self, text: str) -> None: ...


Entry: TypeAlias = "tuple[SpawnProcess, Connection[Job, Message]]"
StartWorkers = Callable[[SystemConfig, int, Listener], Workers]


@dataclass
class Conversation:
    """What one worker has said about its present job; it turns messages into an answer."""

    worker: int
    listener: Listener
    job: Job
    steps: list[Step] = field(default_factory=list)

    def take(self, message: Message) -> Finished | None:
        """Pass a message on; the answer once the job has ended.

        Raises:
            ModelError: the recogniser cannot be built.
        """
        match message:
            case Opened(seconds):
                self.listener.opened(self.job, seconds)
            case Heard(step):
                self.steps.append(step)
                self.listener.stepped(self.job, step)
            case Warned(text):
                self.listener.warned(text)
            case Broken(reason):
                raise ModelError(reason)
            case Ended(error):
                return Finished(self.worker, self.job, tuple(self.steps), error)
        return None


class ProcessWorkers:
    """`count` processes, each started when it gets its first job.

    Args:
        build: makes the recogniser inside the process.
        listener: hears of every step as it happens.
    """

    def __init__(
        self, build: BuildRecogniser, system: SystemConfig, count: int, listener: Listener
    ) -> None:
        self._build, self._system, self._listener = build, system, listener
        self._processes: list[Entry | None] = [None] * count
        self._running: dict[int, Conversation] = {}

    def idle(self) -> list[int]:
        return [worker for worker in range(len(self._processes)) if worker not in self._running]

    def submit(self, worker: int, job: Job) -> None:
        entry = self._processes[worker]
        if entry and not entry[0].is_alive():  # killed while it had nothing to do
            _end(*entry)
            entry = None
        _, connection = entry or self._spawn(worker)
        self._running[worker] = Conversation(worker, self._listener, job)
        with suppress(OSError):  # it died just now: `wait` finds out
            connection.send(job)

    def wait(self) -> Finished:
        while True:
            ready = wait_any([self._entry(worker)[1] for worker in self._running])
            for worker in list(self._running):
                if self._entry(worker)[1] in ready:
                    finished = self._heard_from(worker)
                    if finished:
                        del self._running[worker]
                        return finished

    def facts(self) -> dict[str, Any]:
        return {}

    def close(self) -> None:
        for entry in self._processes:
            if entry:
                _end(*entry)

    def _heard_from(self, worker: int) -> Finished | None:
        conversation = self._running[worker]
        try:
            message = self._entry(worker)[1].recv()
        except (EOFError, OSError):
            return self._died(worker, conversation.job)
        return conversation.take(message)

    def _died(self, worker: int, job: Job) -> Finished:
        process, connection = self._entry(worker)
        self._processes[worker] = None
        process.join(_PATIENCE_S)  # its pipe closes a moment before it is gone
        error = f"its worker process {_fate(process.exitcode)}"
        _end(process, connection)
        return Finished(worker, job, error=error, worker_died=True)

    def _entry(self, worker: int) -> Entry:
        entry = self._processes[worker]
        if entry is None:
            raise RuntimeError(f"worker {worker} is not running")
        return entry

    def _spawn(self, worker: int) -> Entry:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        arguments = (theirs, self._build, self._system)
        process = context.Process(target=serve, args=arguments, daemon=True)
        with _inherited(self._system.model.cpu_threads):
            process.start()
        theirs.close()  # or the pipe would stay open when the process dies
        self._processes[worker] = (process, ours)
        return process, ours


def start_processes(system: SystemConfig, count: int, listener: Listener) -> Workers:
    """`count` processes with the system's own recogniser."""
    return ProcessWorkers(faster_whisper(system), system, count, listener)


@contextmanager
def _inherited(threads: int) -> Iterator[None]:
    """What a process inherits: deafness to Ctrl-C, and no more threads for NumPy than asked for."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = str(max(1, threads))
    try:
        with processes.deaf():
            yield
    finally:
        os.environ.pop("OMP_NUM_THREADS")
        if before is not None:
            os.environ["OMP_NUM_THREADS"] = before


def _end(process: SpawnProcess, connection: Connection[Job, Message]) -> None:
    connection.close()
    process.kill()  # it holds nothing that a gentler end would save
    process.join()


def _fate(code: int | None) -> str:
    if code is None:
        return "does not answer"
    if code >= 0:
        return f"ended with status {code}"
    name = signal.Signals(-code).name
    return f"was killed ({name})" + (": out of memory?" if name == "SIGKILL" else "")
