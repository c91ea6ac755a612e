"""No recording is lost, whatever happens to the workers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streamwer.runners.local import LocalWorkers
from streamwer.runners.pool import JobResult, run_jobs
from streamwer.runners.worker import Job
from tests.runners.workers import ScriptedWorker, jobs, said


class Mortal:
    """`count` workers that finish in a given order and die when the plan says so.

    The successor of a dead one is away until a `wait` says that it has come, sooner or later.

    Args:
        count: of workers.
        order: in which they finish.
        deaths: by recording, how often it kills its worker.
        squeezed: recordings whose worker is ended for lack of memory while another one streams.
    """

    def __init__(
        self,
        count: int,
        order: list[int],
        deaths: dict[str, int],
        squeezed: set[str],
    ) -> None:
        self._count, self._order, self._deaths = count, order, deaths
        self._squeezed = squeezed
        self._running: dict[int, Job] = {}
        self._away: list[int] = []
        self.begun: list[str] = []
        self.closed = False

    def list_idle(self) -> list[int]:
        busy = {*self._running, *self._away}
        return [worker for worker in range(self._count) if worker not in busy]

    def submit(self, worker: int, job: Job) -> None:
        assert worker not in self._running
        self._running[worker] = job
        self.begun.append(job.recording)

    def wait(self) -> JobResult | None:
        pick = self._order.pop() if self._order else 0
        if self._away and (pick % 2 or not self._running):
            self._away.pop(0)
            return None
        worker = sorted(self._running)[pick % len(self._running)]
        job = self._running.pop(worker)
        answer = self._answer(worker, job)
        if answer.worker_died:
            self._away.append(worker)
        return answer

    def _answer(self, worker: int, job: Job) -> JobResult:
        dead = JobResult(worker, job, error="its worker died", worker_died=True)
        if self._deaths.get(job.recording, 0) > 0:
            self._deaths[job.recording] -= 1
            return dead
        if job.recording in self._squeezed and self._running:
            return replace(dead, out_of_memory=True)
        return JobResult(worker, job, steps=(said(job.recording),))

    def facts(self) -> dict[str, Any]:
        return {"workers": self._count}

    def close(self) -> None:
        self.closed = True


@given(
    count=st.integers(1, 4),
    recordings=st.integers(0, 12),
    order=st.lists(st.integers(0, 3), max_size=40),
    deaths=st.dictionaries(st.integers(0, 11).map(str), st.integers(1, 3)),
    squeezed=st.sets(st.integers(0, 11).map(str)),
)
def test_every_recording_ends_exactly_once(
    count: int,
    recordings: int,
    order: list[int],
    deaths: dict[str, int],
    squeezed: set[str],
) -> None:
    """None is lost for want of memory that others took."""
    names = [str(i) for i in range(recordings)]
    poison = {name for name in names if deaths.get(name, 0) >= 2}
    workers = Mortal(count, order, dict(deaths), squeezed - set(deaths))
    ended: list[str] = []
    outcome = run_jobs(jobs(*names), workers, lambda job: ended.append(job.recording))
    assert sorted(step.recording for step in outcome.steps) == sorted(set(names) - poison)
    assert {failure.recording for failure in outcome.failures} == poison
    assert sorted(ended) == sorted(names)
    assert max((workers.begun.count(name) for name in names), default=0) <= 2
    assert workers.closed


def test_the_longest_recording_goes_first() -> None:
    workers = Mortal(1, [], {}, set())
    run_jobs(jobs("short", "middle", "long"), workers)
    assert workers.begun == ["long", "middle", "short"]


def test_in_process_errors_become_failures_with_their_reason(tmp_path: Path) -> None:
    workers = LocalWorkers(ScriptedWorker(tmp_path / "log"))
    outcome = run_jobs(jobs("fine", "broken", "bug"), workers)
    assert {failure.recording: failure.reason for failure in outcome.failures} == {
        "broken": "broken.flac: the file is empty (0 bytes)",
        "bug": "ZeroDivisionError: division by zero",
    }
    assert [step.recording for step in outcome.steps] == ["fine"]
    assert outcome.facts == {"workers": 1, "load_seconds": 0.5}
