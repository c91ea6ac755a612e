"""A run that stores each recording as it ends, so that it can be interrupted and resumed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streamwer.config.cluster import ClusterConfig
from streamwer.config.experiment import SystemConfig
from streamwer.errors import StreamwerError
from streamwer.runners import hardware, streaming
from streamwer.runners.cache.entry import EntryLabel, Steps
from streamwer.runners.cache.keys import (
    RecordingKeys,
    describe_dependencies,
    is_reproducible,
    make_cluster_key,
)
from streamwer.runners.cache.run_lock import list_run_locks
from streamwer.runners.cache.sessions import MeasuringSessions
from streamwer.runners.cache.store import ResultStore
from streamwer.runners.pool import JobResult
from streamwer.runners.worker import Job
from streamwer.runners.worker_facts import merge_facts
from streamwer.types import Failure

Write = Callable[[Iterator[Steps]], None]
Done = Callable[[Job], None]

_ROUNDS = 3
"""Attempts to stream recordings again that someone removes from the store meanwhile."""


class _EntryGoneError(Exception):
    """An entry has gone from the store since it was looked up."""


@dataclass
class CachedRun:
    """The run of one system, whose steps are in the store.

    Attributes:
        name: of the system.
        out: folder of its log.
        system: its settings.
        cluster: where the workers run.
        store: of finished recordings.
        resume: use the recordings that earlier runs stored.
        reused: number of recordings taken from the store.
        failures: of the recordings that were streamed.
        facts: of all workers that took part (`Workers.facts`).
    """

    name: str
    out: Path
    system: SystemConfig
    cluster: ClusterConfig
    store: ResultStore
    resume: bool = True
    reused: int = 0
    failures: list[Failure] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    """Key of each recording in the store."""

    def stream(
        self,
        jobs: Sequence[Job],
        write: Write,
        on_done: Done = lambda job: None,
    ) -> None:
        """Stream the recordings that the store lacks, then write the log of all.

        Args:
            jobs: all recordings.
            write: gets the steps of each recording, in order of ids; called again if the store
                has lost some meanwhile.
            on_done: called as each recording ends.

        Raises:
            StreamwerError: the store cannot be written, or the model cannot be loaded.
        """
        if is_reproducible(self.system):
            self._play(
                jobs,
                RecordingKeys(describe_dependencies(self.system, self.cluster)),
                write,
                on_done,
            )
        else:
            self._measure(jobs, write, on_done)
        start_times = (
            run.start_time for run in list_run_locks(self.store.folder, exclude=self.out)
        )
        self.store.shrink(since=min(start_times, default=math.inf))

    def _measure(self, jobs: Sequence[Job], write: Write, on_done: Done) -> None:
        """Stream in a session, so that a run that DVC has recorded is measured again."""
        sessions = MeasuringSessions(self.store.folder)
        run = describe_dependencies(self.system, self.cluster, of=self.name)
        session = sessions.open(run, self.out, restart=not self.resume)
        self._play(jobs, RecordingKeys(f"{run}\n{session.name}"), write, on_done)
        sessions.end(run, self.out, session)

    def _play(self, jobs: Sequence[Job], keys: RecordingKeys, write: Write, on_done: Done) -> None:
        keys_by_id = {job.recording: keys.make_key(job) for job in jobs}
        missing = self._find_missing(jobs, keys_by_id) if self.resume else list(jobs)
        self.reused = len(jobs) - len(missing)
        cached = keys_by_id.keys() - {job.recording for job in missing}
        for job in (job for job in jobs if job.recording in cached):
            on_done(job)
        for _ in range(_ROUNDS):
            self._stream(missing, keys_by_id, on_done)
            try:
                return write(self._read_steps())
            except _EntryGoneError:
                failed = {failure.recording for failure in self.failures}
                missing = self._find_missing(
                    [j for j in jobs if j.recording not in failed], keys_by_id
                )
        raise StreamwerError(
            f"{self.store.folder}: finished recordings vanish as soon as they are stored;"
            " find out what else empties that folder, and run again"
        )

    def _find_missing(self, jobs: Sequence[Job], keys: Mapping[str, str]) -> list[Job]:
        missing = []
        for job in jobs:
            label = self._look_up(job.recording, keys[job.recording])
            if label is None:
                missing.append(job)
            else:
                self.facts = merge_facts([self.facts, label.facts])
        return missing

    def _look_up(self, recording: str, key: str) -> EntryLabel | None:
        joined = self.cluster.is_external
        for each in (key, make_cluster_key(key, self.cluster.address)) if joined else (key,):
            label = self.store.read_label(each)
            if label is not None:
                self._keys[recording] = each
                return label
        return None

    def _stream(self, jobs: Sequence[Job], keys: Mapping[str, str], on_done: Done) -> None:
        def take(finished: JobResult) -> None:
            name = finished.job.recording
            if finished.error:  # not stored: the next run tries it again
                self.failures.append(Failure(name, finished.error))
                self._keys.pop(name, None)
            else:
                self._keys[name] = self._choose_key(finished, keys[name])
                self.store.write_entry(self._keys[name], self._make_label(finished), finished.steps)
                self._limit_size()
            on_done(finished.job)

        if jobs:
            self.facts = merge_facts(
                [self.facts, streaming.stream_with_callback(jobs, self.system, self.cluster, take)]
            )

    def _choose_key(self, finished: JobResult, key: str) -> str:
        """Choose the key by processor: a cluster's node may have another than this machine."""
        processor = hardware.parse_processor(finished.facts.get("hardware", ""))
        is_local = not self.cluster.is_external or processor == hardware.name_processor()
        return key if is_local else make_cluster_key(key, self.cluster.address)

    def _make_label(self, finished: JobResult) -> EntryLabel:
        clock = self.system.clock.name
        return EntryLabel(finished.job.recording, self.name, clock, dict(finished.facts))

    def _limit_size(self) -> None:
        """Limit the store's size, without the entries that runs in progress have used or made."""
        if self.store.needs_shrinking():
            start_times = (run.start_time for run in list_run_locks(self.store.folder))
            self.store.shrink(since=min(start_times, default=0.0))

    def _read_steps(self) -> Iterator[Steps]:
        for _, key in sorted(self._keys.items()):
            steps = self.store.read_steps(key)
            if steps is None:
                raise _EntryGoneError
            yield steps
