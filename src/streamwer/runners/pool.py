"""Hand out recordings to workers, and lose none: the loop behind both runners.

Longest recording first, one in flight per worker. A worker that dies is replaced and its
recording tried once more; a recording that fails again is a `Failure`, not a gap. Where memory
lacked, its neighbours may be to blame: it is tried again when nothing else is streamed.
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
class Finished:
    """A worker's answer for one job: its steps, or why there are none.

    Attributes:
        lacked_memory: whether the worker was ended because its machine ran out of memory, be it by
            its own fault or by that of others.
        facts: what the worker knew of itself and of its machine by then (`Workers.facts`).
    """

    worker: int
    job: Job
    steps: Result = ()
    error: str = ""
    worker_died: bool = False
    lacked_memory: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


class Workers(Protocol):
    """Numbered workers that take one job at a time."""

    def idle(self) -> list[int]:
        """Workers that have no job."""
        ...

    def submit(self, worker: int, job: Job) -> None: ...

    def wait(self) -> Finished | None:
        """The next job that ends, however it ends; None when a worker has become idle instead.

        Raises:
            ClusterError: no worker is left, and none can be had.
        """
        ...

    def facts(self) -> dict[str, Any]: ...

    def close(self) -> None: ...


@dataclass
class Outcome:
    """What a run of all jobs gave."""

    steps: list[Step] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def run(
    jobs: Iterable[Job], workers: Workers, done: Callable[[Job], None] = lambda job: None
) -> Outcome:
    """Stream every job; `done` is called as each one ends, in whatever order."""
    outcome = Outcome()

    def take(finished: Finished) -> None:
        if finished.error:
            outcome.failures.append(Failure(finished.job.recording, finished.error))
        outcome.steps += finished.steps
        done(finished.job)

    outcome.facts = run_each(jobs, workers, take)
    return outcome


def run_each(
    jobs: Iterable[Job], workers: Workers, take: Callable[[Finished], None]
) -> dict[str, Any]:
    """Stream every job and keep none: `take` gets each one's last answer as it comes.

    Returns:
        What the workers know of themselves in the end.
    """
    try:
        for finished in _finished(list(jobs), workers):
            take(finished)
        return workers.facts()
    finally:
        workers.close()


def _finished(jobs: list[Job], workers: Workers) -> Iterator[Finished]:
    waiting = deque(sorted(jobs, key=lambda job: (-job.seconds, job.recording)))
    apart: deque[Job] = deque()  # each of them when nothing else is streamed
    attempts = dict.fromkeys((job.recording for job in jobs), 0)
    running = 0
    while waiting or apart or running:
        for worker in workers.idle():
            if waiting or (apart and not running):
                job = (waiting or apart).popleft()
                attempts[job.recording] += 1
                workers.submit(worker, job)
                running += 1
        finished = workers.wait()
        if finished is None:
            continue
        running -= 1
        job = finished.job
        if finished.worker_died and attempts[job.recording] < ATTEMPTS:
            (apart.append if finished.lacked_memory else waiting.appendleft)(job)
        else:
            yield finished
