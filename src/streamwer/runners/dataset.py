"""Stream a prepared data set with one system: what of it is played, and the log of all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from streamwer.config.cluster import ClusterConfig
from streamwer.config.experiment import SystemConfig
from streamwer.datasets.augment import digest_delivered_audio, read_networks
from streamwer.eventlog.log import EventLog
from streamwer.formats.manifest import read_manifest
from streamwer.provenance import digests
from streamwer.runners import streaming
from streamwer.runners.run_log import make_event_log
from streamwer.runners.worker import Job
from streamwer.types import Failure

ShowProgress = Callable[[str, int], AbstractContextManager[Callable[[Job], None]]]
"""Given a system's name and the number of recordings; what it gives is called as each one ends."""


@dataclass(frozen=True)
class DatasetJobs:
    """What a system is given of a prepared data set.

    Attributes:
        jobs: the recordings that are streamed.
        failures: those without audio: they failed, and stay in every figure.
        digest: of the audio, and of how it arrives.
    """

    jobs: tuple[Job, ...]
    failures: tuple[Failure, ...]
    digest: str


def read_jobs(folder: Path) -> DatasetJobs:
    """Read what is to be streamed of a prepared data set.

    The audio is digested now: a file that is gone later costs its recording only.
    """
    references, arriving = read_manifest(folder), read_networks(folder)
    jobs = tuple(
        Job(
            each.recording,
            (folder / each.audio).resolve(),
            each.seconds,
            arriving.get(each.recording),
        )
        for each in references
        if not each.broken
    )
    failures = tuple(Failure(each.recording, each.broken) for each in references if each.broken)
    audio = digests.digest_audio({job.recording: job.audio for job in jobs})
    return DatasetJobs(jobs, failures, digest_delivered_audio(audio, arriving))


def show_nothing(system: str, count: int) -> AbstractContextManager[Callable[[Job], None]]:  # noqa: ARG001
    """Show no progress."""
    return nullcontext(lambda job: None)


def stream_dataset(
    folder: Path,
    name: str,
    system: SystemConfig,
    cluster: ClusterConfig,
    show: ShowProgress = show_nothing,
) -> EventLog:
    """Stream a prepared data set with one system; no recording is taken from or put into the cache.

    Args:
        folder: of the data set.
        name: of the system.
        system: its policy, model, engine, clock and load.
        cluster: on which workers.
        show: how progress is shown.
    """
    dataset = read_jobs(folder)
    with show(name, len(dataset.jobs)) as done:
        outcome = streaming.stream_recordings(dataset.jobs, system, cluster, done)
    outcome.failures += dataset.failures
    return make_event_log(outcome, system, dataset.digest)
