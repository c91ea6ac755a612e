"""Run one worker that serves several concurrent calls, which arrive as its load says."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from streamwer.errors import StreamwerError
from streamwer.runners.local import describe_error
from streamwer.runners.pool import RunOutcome
from streamwer.runners.worker import Job, Worker, load_prepared_audio
from streamwer.types import Failure


def run_concurrently(
    jobs: Sequence[Job], worker: Worker, on_done: Callable[[Job], None]
) -> RunOutcome:
    """Stream every job on one worker; a job with broken audio becomes a failure.

    Args:
        jobs: recordings to stream.
        worker: that serves them.
        on_done: called as each job ends.
    """
    outcome = RunOutcome(failures=find_broken_audio(jobs))
    broken = {failure.recording for failure in outcome.failures}
    whole = {job.recording: job for job in jobs if job.recording not in broken}
    steps = worker.stream_concurrently(
        list(whole.values()),
        lambda recording, error: outcome.failures.append(Failure(recording, describe_error(error))),
    )
    for step in steps:
        outcome.steps.append(step)
        if step.is_last:
            on_done(whole[step.recording])
    failed = {failure.recording for failure in outcome.failures}
    for job in (job for job in jobs if job.recording in failed):
        on_done(job)
    outcome.steps = [step for step in outcome.steps if step.recording not in failed]
    outcome.facts = {"workers": 1, **worker.facts()}
    return outcome


def find_broken_audio(jobs: Sequence[Job]) -> list[Failure]:
    """Find the recordings whose audio is missing or broken."""
    failures = []
    for job in jobs:
        try:
            load_prepared_audio(job)
        except StreamwerError as error:
            failures.append(Failure(job.recording, str(error)))
    return failures
