"""The order of the study: all systems take turns, and several play at the same time."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from lab.servers.systems import Subject


class Job(NamedTuple):
    """One recording for one system.

    Attributes:
        system: its name.
        recording: number of the recording.
        repeat: 0, 1, …
        end_of_audio: what follows the last sample.
    """

    system: str
    recording: int
    repeat: int
    end_of_audio: str


def plan_jobs(subjects: Sequence[Subject], recordings: int, repeats: int) -> list[Job]:
    """Plan the jobs, the systems in another order each time.

    The further end-of-audio policies of a system are played once.
    """
    jobs = []
    for repeat in range(repeats):
        for recording in range(recordings):
            first = (repeat + recording) % len(subjects)
            for subject in (*subjects[first:], *subjects[:first]):
                policies = subject.end_of_audio if repeat == 0 else subject.end_of_audio[:1]
                jobs += [Job(subject.name, recording, repeat, each) for each in policies]
    return jobs


class JobQueue:
    """Hands out jobs in order, to a system one at a time.

    Args:
        jobs: in order.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._waiting = list(jobs)
        self._busy: set[str] = set()
        self._changed = threading.Condition()

    def take(self) -> Job | None:
        """Take the next job whose system is free, waiting for one; None where none is left."""
        with self._changed:
            while self._waiting:
                for job in self._waiting:
                    if job.system not in self._busy:
                        self._waiting.remove(job)
                        self._busy.add(job.system)
                        return job
                self._changed.wait()
        return None

    def drop(self) -> None:
        """Drop the jobs that are left."""
        with self._changed:
            self._waiting.clear()
            self._changed.notify_all()

    def finish(self, job: Job) -> None:
        """Free the system of a job."""
        with self._changed:
            self._busy.remove(job.system)
            self._changed.notify_all()


def play_in_lanes(
    jobs: Sequence[Job], play: Callable[[Job], None], lanes: int, seconds: float = math.inf
) -> None:
    """Play jobs, so many at a time; an interrupt does not wait for those that are being played.

    Args:
        jobs: in order.
        play: a job.
        lanes: threads.
        seconds: after which no job is begun.
    """
    queue, end = JobQueue(jobs), time.monotonic() + seconds

    def work() -> None:
        while job := queue.take():
            try:
                play(job)
            finally:
                queue.finish(job)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(lanes)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(timeout=1.0)
                if time.monotonic() > end:
                    queue.drop()
    finally:
        queue.drop()
