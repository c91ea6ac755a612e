"""One worker that serves many calls at once, as its load says they arrive.

A worker's calls wait for each other and for nobody else's: what one carries, each of several does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from streamwer.errors import StreamwerError
from streamwer.runners.local import reason
from streamwer.runners.pool import Outcome
from streamwer.runners.worker import Job, Worker, prepared
from streamwer.types import Failure


def run(jobs: Sequence[Job], worker: Worker, done: Callable[[Job], None]) -> Outcome:
    """Stream every job on one worker; one whose audio is broken is a failure, and never arrives."""
    outcome = Outcome(failures=_broken(jobs))
    broken = {failure.recording for failure in outcome.failures}
    whole = {job.recording: job for job in jobs if job.recording not in broken}
    steps = worker.stream_together(
        list(whole.values()),
        lambda recording, error: outcome.failures.append(Failure(recording, reason(error))),
    )
    for step in steps:
        outcome.steps.append(step)
        if step.is_last:
            done(whole[step.recording])
    failed = {failure.recording for failure in outcome.failures}
    for job in (job for job in jobs if job.recording in failed):
        done(job)
    outcome.steps = [step for step in outcome.steps if step.recording not in failed]
    outcome.facts = {"workers": 1, **worker.facts()}
    return outcome


def _broken(jobs: Sequence[Job]) -> list[Failure]:
    failures = []
    for job in jobs:
        try:
            prepared(job)
        except StreamwerError as error:
            failures.append(Failure(job.recording, str(error)))
    return failures
