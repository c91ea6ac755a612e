"""Distribute recordings over workers without losing any: the loop behind both runners.

The longest recording comes first, and each worker has one at a time. When a worker dies, its
recording is tried once more; if that fails too, it becomes a `Failure`. After a lack of memory the
second try waits until nothing else runs, since other recordings may have used the memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from streamwer.runners.worker import Job
from streamwer.types import Failure, Step

ATTEMPTS = 2

Result = tuple[Step, ...]


@dataclass(frozen=True)
class JobResult:
    """A worker's result for one job: its steps, or an error.

    Attributes:
        worker: its number.
        job: that it streamed.
        steps: of the recording; empty after an error.
        error: why the job failed; "" if it did not.
        worker_died: the worker ended with this job.
        out_of_memory: the worker was ended because its machine ran out of memory.
        facts: of the worker and its machine (`Workers.facts`).
    """

    worker: int
    job: Job
    steps: Result = ()
    error: str = ""
    worker_died: bool = False
    out_of_memory: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


class Workers(Protocol):
    """Numbered workers that each take one job at a time."""

    def list_idle(self) -> list[int]:
        """Return the numbers of the workers without a job."""
        ...

    def submit(self, worker: int, job: Job) -> None: ...

    def wait(self) -> JobResult | None:
        """Wait for the next job to end; return None when a worker has become idle instead.

        Raises:
            ClusterError: no worker is left, and none can be started.
        """
        ...

    def facts(self) -> dict[str, Any]: ...

    def close(self) -> None: ...


@dataclass
class RunOutcome:
    """Steps and failures of all jobs, and facts of the workers."""

    steps: list[Step] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def run_jobs(
    jobs: Iterable[Job], workers: Workers, on_done: Callable[[Job], None] = lambda job: None
) -> RunOutcome:
    """Stream every job and collect the results.

    Args:
        jobs: recordings to stream.
        workers: that stream them; they are closed at the end.
        on_done: called as each job ends, in any order.
    """
    outcome = RunOutcome()

    def take(finished: JobResult) -> None:
        if finished.error:
            outcome.failures.append(Failure(finished.job.recording, finished.error))
        outcome.steps += finished.steps
        on_done(finished.job)

    outcome.facts = run_with_callback(jobs, workers, take)
    return outcome


def run_with_callback(
    jobs: Iterable[Job], workers: Workers, on_result: Callable[[JobResult], None]
) -> dict[str, Any]:
    """Stream every job, and pass on each result instead of collecting it.

    Args:
        jobs: recordings to stream.
        workers: that stream them; they are closed at the end.
        on_result: gets the final result of each job, in any order.

    Returns:
        Facts of the workers (`Workers.facts`).
    """
    try:
        for finished in _iterate_results(list(jobs), workers):
            on_result(finished)
        return workers.facts()
    finally:
        workers.close()


def _iterate_results(jobs: list[Job], workers: Workers) -> Iterator[JobResult]:
    waiting = deque(sorted(jobs, key=lambda job: -job.seconds))  # equal ones stay in order
    retries: deque[Job] = deque()  # each runs when nothing else does
    attempts = dict.fromkeys((job.recording for job in jobs), 0)
    running = 0
    while waiting or retries or running:
        for worker in workers.list_idle():
            if waiting or (retries and not running):
                job = (waiting or retries).popleft()
                attempts[job.recording] += 1
                workers.submit(worker, job)
                running += 1
        finished = workers.wait()
        if finished is None:
            continue
        running -= 1
        job = finished.job
        if finished.worker_died and attempts[job.recording] < ATTEMPTS:
            (retries.append if finished.out_of_memory else waiting.appendleft)(job)
        else:
            yield finished
