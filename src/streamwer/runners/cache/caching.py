"""A run whose recordings are kept as they end, so that it can be interrupted and goes on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streamwer import runners
from streamwer.config.cluster import ClusterConfig
from streamwer.config.experiment import SystemConfig
from streamwer.errors import StreamwerError
from streamwer.runners import hardware
from streamwer.runners.cache.entry import Label, Steps
from streamwer.runners.cache.keys import Keys, common, elsewhere, repeatable
from streamwer.runners.cache.run_lock import runs
from streamwer.runners.cache.sessions import Sessions
from streamwer.runners.cache.store import Store
from streamwer.runners.pool import Finished
from streamwer.runners.worker import Job
from streamwer.runners.worker_facts import worst
from streamwer.types import Failure

Write = Callable[[Iterator[Steps]], None]
Done = Callable[[Job], None]

_ROUNDS = 3
"""Of streaming what is gone from the store again; it goes once, where somebody empties it."""


class _GoneError(Exception):
    """An entry that was there is there no more."""


@dataclass
class Kept:
    """One system's run, whose steps are in the store.

    Attributes:
        name: of the system.
        out: folder of its log.
        resume: whether what earlier runs kept is taken.
        reused: recordings that were taken from the store.
        failures: of the others.
        facts: of all workers that took part (`Workers.facts`).
    """

    name: str
    out: Path
    system: SystemConfig
    cluster: ClusterConfig
    store: Store
    resume: bool = True
    reused: int = 0
    failures: list[Failure] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    _at: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    """The key that each recording lies at."""

    def stream(
        self,
        jobs: Sequence[Job],
        write: Write,
        done: Done = lambda job: None,
    ) -> None:
        """Stream what the store does not have, then write the log of all.

        Args:
            write: is given the steps of each recording, in order of its id; it may be called again,
                where the store lost some of them meanwhile.
            done: called as each recording ends.

        Raises:
            StreamwerError: the store cannot be written, or the model cannot be loaded.
        """
        if repeatable(self.system):
            self._play(jobs, Keys(common(self.system, self.cluster)), write, done)
        else:
            self._measure(jobs, write, done)
        others = (run.began for run in runs(self.store.folder, but=self.out))
        self.store.shrink(since=min(others, default=math.inf))

    def _measure(self, jobs: Sequence[Job], write: Write, done: Done) -> None:
        """In a session, so that what was recorded is measured anew when it is run again."""
        sessions = Sessions(self.store.folder)
        run = common(self.system, self.cluster, of=self.name)
        session = sessions.open(run, self.out, anew=not self.resume)
        self._play(jobs, Keys(f"{run}\n{session.name}"), write, done)
        sessions.end(run, self.out, session)

    def _play(self, jobs: Sequence[Job], keys: Keys, write: Write, done: Done) -> None:
        named = {job.recording: keys.of(job) for job in jobs}
        missing = self._missing(jobs, named) if self.resume else list(jobs)
        self.reused = len(jobs) - len(missing)
        taken = named.keys() - {job.recording for job in missing}
        for job in (job for job in jobs if job.recording in taken):
            done(job)
        for _ in range(_ROUNDS):
            self._stream(missing, named, done)
            try:
                return write(self._steps())
            except _GoneError:
                failed = {failure.recording for failure in self.failures}
                missing = self._missing([j for j in jobs if j.recording not in failed], named)
        raise StreamwerError(
            f"{self.store.folder}: finished recordings are gone as soon as they are kept;"
            " see what else empties that folder, and run again"
        )

    def _missing(self, jobs: Sequence[Job], keys: Mapping[str, str]) -> list[Job]:
        missing = []
        for job in jobs:
            label = self._found(job.recording, keys[job.recording])
            if label is None:
                missing.append(job)
            else:
                self.facts = worst([self.facts, label.facts])
        return missing

    def _found(self, recording: str, key: str) -> Label | None:
        joined = self.cluster.joined
        for each in (key, elsewhere(key, self.cluster.address)) if joined else (key,):
            label = self.store.label(each)
            if label is not None:
                self._at[recording] = each
                return label
        return None

    def _stream(self, jobs: Sequence[Job], keys: Mapping[str, str], done: Done) -> None:
        def take(finished: Finished) -> None:
            name = finished.job.recording
            if finished.error:  # not kept: another run tries it again
                self.failures.append(Failure(name, finished.error))
                self._at.pop(name, None)
            else:
                self._at[name] = self._key(finished, keys[name])
                self.store.put(self._at[name], self._label(finished), finished.steps)
                self._bound()
            done(finished.job)

        if jobs:
            self.facts = worst(
                [self.facts, runners.stream_each(jobs, self.system, self.cluster, take)]
            )

    def _key(self, finished: Finished, key: str) -> str:
        """Keys have the processor of this machine; a node of a cluster may have another."""
        theirs = hardware.processor_of(finished.facts.get("hardware", ""))
        same = not self.cluster.joined or theirs == hardware.processor()
        return key if same else elsewhere(key, self.cluster.address)

    def _label(self, finished: Finished) -> Label:
        clock = self.system.clock.name
        return Label(finished.job.recording, self.name, clock, dict(finished.facts))

    def _bound(self) -> None:
        """What runs in progress have used or made is never dropped, whatever its size."""
        if self.store.grown():
            began = (run.began for run in runs(self.store.folder))
            self.store.shrink(since=min(began, default=0.0))

    def _steps(self) -> Iterator[Steps]:
        for _, key in sorted(self._at.items()):
            steps = self.store.steps(key)
            if steps is None:
                raise _GoneError
            yield steps
