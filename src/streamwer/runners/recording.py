"""Write the event log of one system; recordings that an earlier run finished are not run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from streamwer import eventlog
from streamwer._util import disk
from streamwer.config import experiment
from streamwer.config.experiment import ExperimentConfig, SystemConfig
from streamwer.config.folders import EVENTS, PREPARED
from streamwer.runners import served
from streamwer.runners.cache.caching import CachedRun
from streamwer.runners.cache.run_lock import hold_run_lock
from streamwer.runners.cache.store import REMEDY, ResultStore, format_empty_command
from streamwer.runners.dataset import ShowProgress, read_jobs, stream_dataset
from streamwer.runners.run_log import describe_run
from streamwer.runners.worker import Job
from streamwer.types import Failure, Step

Warn = Callable[[str], None]


@dataclass(frozen=True)
class LogSummary:
    """What is in a log that was written.

    Attributes:
        played: how many recordings were streamed, or taken from the cache.
        failures: those that failed, and those without audio.
        machine: what the machine measured of itself.
        reuse: what was taken from the cache, and how not to; empty where nothing was.
    """

    played: int
    failures: Sequence[Failure]
    machine: Mapping[str, Any]
    reuse: str = ""


def record_system(
    settings: ExperimentConfig, name: str, show: ShowProgress, warn: Warn
) -> LogSummary:
    """Stream the prepared data set with one system and write its log.

    Args:
        settings: of the whole run.
        name: of the system.
        show: how progress is shown.
        warn: is given each warning, in one line.

    Raises:
        StreamwerError: another process does so already, or a file cannot be written.
    """
    system, out = experiment.build_system(settings, name), EVENTS / name
    with hold_run_lock(Path(settings.cache.folder), name, out):
        if system.server:
            return _record_server(name, system, show)
        if system.load.alone:
            return _record_cached(settings, name, system, show, warn)
        log = stream_dataset(PREPARED, name, system, settings.cluster, show)
        with disk.explain_write_errors(out, REMEDY):
            eventlog.write_log(out, log)
        return LogSummary(len(log.group_by_recording()), log.failures, log.machine)


def _record_server(name: str, system: SystemConfig, show: ShowProgress) -> LogSummary:
    """Play the data set to a server; nothing of it is cached, for servers change."""
    dataset = read_jobs(PREPARED)
    with (
        served.start_server(system) as server,
        show(name, len(dataset.jobs)) as done,
    ):
        run = served.play_jobs(dataset.jobs, server, system.load, dataset.digest, done)
    run = replace(run, failures=(*run.failures, *dataset.failures))
    log = served.write_served_log(EVENTS / name, run)
    return LogSummary(len(log.group_by_recording()), log.failures, log.machine)


def _record_cached(
    settings: ExperimentConfig, name: str, system: SystemConfig, show: ShowProgress, warn: Warn
) -> LogSummary:
    """Store each recording as it ends; write the log from what is stored."""
    chosen, out = settings.cache, EVENTS / name
    dataset = read_jobs(PREPARED)
    store = ResultStore(Path(chosen.folder), chosen.max_bytes, warn)
    run = CachedRun(name, out, system, settings.cluster, store, chosen.resume)

    def write(recordings: Iterable[Sequence[Step]]) -> None:
        machine, subject = describe_run(run.facts, system, dataset.digest)
        failures = [*run.failures, *dataset.failures]
        with disk.explain_write_errors(out, REMEDY):
            eventlog.write_recordings(out, recordings, failures, machine, subject)

    ended = 0
    try:
        with show(name, len(dataset.jobs)) as done:

            def count(job: Job) -> None:
                nonlocal ended
                ended += 1
                done(job)

            run.stream(dataset.jobs, write, count)
    except KeyboardInterrupt:
        if chosen.resume and ended:
            warn(f"{name} is not whole; the same command goes on from {chosen.folder}")
        raise
    machine, _ = describe_run(run.facts, system, dataset.digest)
    reuse = (
        f"{run.reused} of {len(dataset.jobs)} recordings taken from {chosen.folder};"
        f" `{format_empty_command(chosen.folder)}` has the next run stream them anew"
    )
    return LogSummary(
        len(dataset.jobs) - len(run.failures),
        [*run.failures, *dataset.failures],
        machine,
        reuse if run.reused else "",
    )
