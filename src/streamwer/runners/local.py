"""A worker in this process: for tests, for debugging, and for machines without Ray."""

from __future__ import annotations

from typing import Any

from streamwer.errors import StreamwerError
from streamwer.runners.pool import JobResult
from streamwer.runners.worker import Job, StreamWorker


class LocalWorkers:
    """One worker, which streams its job when `wait` is called."""

    def __init__(self, worker: StreamWorker) -> None:
        self._worker = worker
        self._job: Job | None = None

    def list_idle(self) -> list[int]:
        return [] if self._job else [0]

    def submit(self, worker: int, job: Job) -> None:
        self._job = job

    def wait(self) -> JobResult:
        if self._job is None:
            raise RuntimeError("nothing was submitted")
        job, self._job = self._job, None
        try:
            return JobResult(0, job, steps=self._worker.stream(job), facts=self.facts())
        except Exception as error:  # noqa: BLE001 - becomes a failure row, never a gap
            return JobResult(0, job, error=describe_error(error))

    def facts(self) -> dict[str, Any]:
        return {"workers": 1, **self._worker.facts()}

    def close(self) -> None:
        pass


def describe_error(error: BaseException) -> str:
    """Describe an error in one line; errors that are not the user's begin with their type."""
    text = " ".join(str(error).split())
    if isinstance(error, StreamwerError) or not text:
        return text or type(error).__name__
    return f"{type(error).__name__}: {text}"
