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
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_any
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol, TypeAlias

from streamwer._util import processes
from streamwer.cli.worker import (
    BuildRecogniser,
    FileEnded,
    FileOpened,
    LibraryWarning,
    Message,
    RecogniserFailed,
    StepDone,
    build_recogniser,
    run_worker,
)
from streamwer.config.experiment import SystemConfig
from streamwer.errors import ModelError
from streamwer.runners.pool import JobResult, Workers
from streamwer.runners.worker import Job
from streamwer.types import Step

_PATIENCE_S = 5.0


class Listener(Protocol):
    """Whoever wants to know what happens while the workers work."""

    def start_file(self, job: Job, seconds: float) -> None: ...

    def add_step(self, job: Job, step: Step) -> None: ...

    def show_warning(self, text: str) -> None: ...


Entry: TypeAlias = "tuple[SpawnProcess, Connection[Job, Message]]"
StartWorkers = Callable[[SystemConfig, int, Listener], Workers]


@dataclass
class Conversation:
    """What one worker has said about its present job; it turns messages into an answer."""

    worker: int
    listener: Listener
    job: Job
    steps: list[Step] = field(default_factory=list)

    def handle_message(self, message: Message) -> JobResult | None:
        """Pass a message on; return the answer once the job has ended.

        Raises:
            ModelError: the recogniser cannot be built.
        """
        match message:
            case FileOpened(seconds):
                self.listener.start_file(self.job, seconds)
            case StepDone(step):
                self.steps.append(step)
                self.listener.add_step(self.job, step)
            case LibraryWarning(text):
                self.listener.show_warning(text)
            case RecogniserFailed(reason):
                raise ModelError(reason)
            case FileEnded(error):
                return JobResult(self.worker, self.job, tuple(self.steps), error)
        return None


class ProcessWorkers:
    """`count` processes, each started when it gets its first job.

    `build` makes the recogniser in the process; the system's own one if None.
    """

    def __init__(
        self,
        system: SystemConfig,
        count: int,
        listener: Listener,
        build: BuildRecogniser | None = None,
    ) -> None:
        self._system, self._listener = system, listener
        self._build = build or partial(build_recogniser, system)
        self._processes: list[Entry | None] = [None] * count
        self._running: dict[int, Conversation] = {}

    def list_idle(self) -> list[int]:
        return [worker for worker in range(len(self._processes)) if worker not in self._running]

    def submit(self, worker: int, job: Job) -> None:
        entry = self._processes[worker]
        if entry and not entry[0].is_alive():  # killed while it had nothing to do
            _end_process(*entry)
            entry = None
        _, connection = entry or self._spawn(worker)
        self._running[worker] = Conversation(worker, self._listener, job)
        with suppress(OSError):  # it died just now: `wait` finds out
            connection.send(job)

    def wait(self) -> JobResult:
        while True:
            ready = wait_any([self._get_entry(worker)[1] for worker in self._running])
            for worker in list(self._running):
                if self._get_entry(worker)[1] in ready:
                    finished = self._receive(worker)
                    if finished:
                        del self._running[worker]
                        return finished

    def facts(self) -> dict[str, Any]:
        return {}

    def close(self) -> None:
        for entry in self._processes:
            if entry:
                _end_process(*entry)

    def _receive(self, worker: int) -> JobResult | None:
        conversation = self._running[worker]
        try:
            message = self._get_entry(worker)[1].recv()
        except (EOFError, OSError):
            return self._fail_job(worker, conversation.job)
        return conversation.handle_message(message)

    def _fail_job(self, worker: int, job: Job) -> JobResult:
        process, connection = self._get_entry(worker)
        self._processes[worker] = None
        process.join(_PATIENCE_S)  # its pipe closes a moment before it is gone
        error = f"its worker process {_describe_exit(process.exitcode)}"
        _end_process(process, connection)
        return JobResult(worker, job, error=error, worker_died=True)

    def _get_entry(self, worker: int) -> Entry:
        entry = self._processes[worker]
        if entry is None:
            raise RuntimeError(f"worker {worker} is not running")
        return entry

    def _spawn(self, worker: int) -> Entry:
        context = multiprocessing.get_context("spawn")
        own_end, worker_end = context.Pipe()
        arguments = (worker_end, self._build, self._system)
        process = context.Process(target=run_worker, args=arguments, daemon=True)
        with _limit_inheritance(self._system.model.cpu_threads):
            process.start()
        worker_end.close()  # or the pipe would stay open when the process dies
        self._processes[worker] = (process, own_end)
        return process, own_end


@contextmanager
def _limit_inheritance(threads: int) -> Iterator[None]:
    """Let a process inherit deafness to Ctrl-C, and no more threads for NumPy than asked for."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = str(max(1, threads))
    try:
        with processes.ignore_sigint():
            yield
    finally:
        os.environ.pop("OMP_NUM_THREADS")
        if before is not None:
            os.environ["OMP_NUM_THREADS"] = before


def _end_process(process: SpawnProcess, connection: Connection[Job, Message]) -> None:
    connection.close()
    process.kill()  # it holds nothing that a gentler end would save
    process.join()


def _describe_exit(code: int | None) -> str:
    if code is None:
        return "does not answer"
    if code >= 0:
        return f"ended with status {code}"
    name = signal.Signals(-code).name
    return f"was killed ({name})" + (": out of memory?" if name == "SIGKILL" else "")
