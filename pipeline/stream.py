"""Stage `stream`: play every recording of the prepared data set into one system.

A run that was interrupted goes on where it was: see docs/resuming.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import Progress

from pipeline.prepare import PREPARED
from streamwer import eventlog
from streamwer._util import disk
from streamwer.cli.cache import emptying
from streamwer.cli.stage import arguments, command, config_of, progress
from streamwer.config import experiment
from streamwer.config.cluster import ClusterConfig
from streamwer.config.experiment import Config, SystemConfig
from streamwer.datasets.augment import journeys, played
from streamwer.datasets.augmentation.packets import Journey
from streamwer.errors import StreamwerError
from streamwer.eventlog.log import EventLog
from streamwer.formats.manifest import read as read_manifest
from streamwer.provenance import contention, digests
from streamwer.runners import cache, stream_all
from streamwer.runners.cache.caching import Kept
from streamwer.runners.cache.store import Store
from streamwer.runners.run_log import described, event_log
from streamwer.runners.worker import Job
from streamwer.types import Failure, Reference, Step

EVENTS = Path("data/events")


@command
def main() -> int:
    parser = arguments("pipeline.stream", __doc__)
    parser.add_argument("--system", required=True, help="a name under `systems` in params.yaml")
    args = parser.parse_args()
    name = args.system
    found = record(config_of(args.overrides), name)
    if how := contention.busy(found.machine):
        print(f"warning: {name} was {how}; run it on an idle machine", file=sys.stderr)
    for failure in found.failures:
        print(f"failed: {failure.recording}: {failure.reason}", file=sys.stderr)
    if not found.played:
        raise StreamwerError(f"{name}: every recording failed; see the reasons above")
    print(f"{name}: {found.played} recordings, {len(found.failures)} failed")
    return 0


@dataclass(frozen=True)
class Recorded:
    """What is in a log: how many recordings, which failed, and what the machine said of itself."""

    played: int
    failures: Sequence[Failure]
    machine: Mapping[str, Any]


def record(settings: Config, name: str) -> Recorded:
    """Run one system on the prepared data set and write its log.

    Raises:
        StreamwerError: another process does so already, or a file cannot be written.
    """
    system, out = experiment.system(settings, name), EVENTS / name
    with cache.running(Path(settings.finished.folder), name, out):
        if system.load.alone:
            return _kept(settings, name, system, out)
        log = stream_from(PREPARED, name, system, settings.cluster)
        with disk.writing(out, cache.REMEDY):
            eventlog.write(out, log)
        return Recorded(len(log.by_recording()), log.failures, log.machine)


def stream_from(folder: Path, name: str, system: SystemConfig, cluster: ClusterConfig) -> EventLog:
    """Run one system on a prepared data set; nothing is kept, and nothing kept is used."""
    references, arriving = read_manifest(folder), journeys(folder)
    jobs = _jobs(folder, references, arriving)
    heard = _audio(jobs, arriving)  # now: a file that is gone later costs its recording only
    with progress() as bar:
        outcome = stream_all(jobs, system, cluster, counting(bar, name, len(jobs)))
    outcome.failures += _unheard(references)
    return event_log(outcome, system, heard)


def _kept(settings: Config, name: str, system: SystemConfig, out: Path) -> Recorded:
    """Each recording by itself, kept as it ends; the log is written of what is kept."""
    chosen = settings.finished
    references, arriving = read_manifest(PREPARED), journeys(PREPARED)
    jobs, unheard = _jobs(PREPARED, references, arriving), _unheard(references)
    store = Store(Path(chosen.folder), chosen.most_bytes, _warn)
    heard = _audio(jobs, arriving)
    kept = Kept(name, out, system, settings.cluster, store, chosen.resume)

    def write(recordings: Iterable[Sequence[Step]]) -> None:
        machine, run = described(kept.facts, system, heard)
        with disk.writing(out, cache.REMEDY):
            eventlog.write_sorted(out, recordings, [*kept.failures, *unheard], machine, run)

    with progress() as bar:
        done = counting(bar, name, len(jobs))
        try:
            kept.stream(jobs, write, done)
        except KeyboardInterrupt:
            if chosen.resume and bar.tasks[0].completed:
                _warn(f"{name} is not whole; the same command goes on from {chosen.folder}")
            raise
    if kept.reused:
        print(
            f"{name}: {kept.reused} of {len(jobs)} recordings taken from {chosen.folder};"
            f" `{emptying(chosen.folder)}` has the next run stream them anew"
        )
    machine, _ = described(kept.facts, system, heard)
    return Recorded(len(jobs) - len(kept.failures), [*kept.failures, *unheard], machine)


def counting(bar: Progress, name: str, total: int) -> Callable[[Job], None]:
    """Count recordings as they end; until the first one does, the bar says what is waited for."""
    task = bar.add_task(f"{name}: starting workers", total=total)
    return lambda job: bar.update(task, advance=1, description=name)


def _jobs(
    folder: Path, references: Sequence[Reference], arriving: Mapping[str, Journey]
) -> list[Job]:
    return [
        Job(
            each.recording,
            (folder / each.audio).resolve(),
            each.seconds,
            arriving.get(each.recording),
        )
        for each in references
        if not each.broken
    ]


def _unheard(references: Sequence[Reference]) -> list[Failure]:
    """What was said without audio was missed: it failed, and stays in every figure."""
    return [Failure(each.recording, each.broken) for each in references if each.broken]


def _audio(jobs: Sequence[Job], arriving: Mapping[str, Journey]) -> str:
    """Digest of what the recogniser is given."""
    return played(digests.of_audio({job.recording: job.audio for job in jobs}), arriving)


def _warn(text: str) -> None:
    print(f"warning: {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
