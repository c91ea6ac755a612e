"""The stages of a run on a made-up data set, each in a process of its own, with its peak.

Used by the tests and by `tools/time_scale.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow.parquet as pq

from streamwer import eventlog
from streamwer._util import processes
from streamwer.config.scoring import ScoringConfig
from streamwer.datasets.preparation import prepare_dataset as prepare_dataset
from streamwer.formats import manifest
from streamwer.metrics import store
from streamwer.metrics.batches import score_in_batches
from streamwer.metrics.summary import summarise
from streamwer.metrics.tables import Scores
from streamwer.provenance.digests import digest_text
from streamwer.provenance.signature import Run
from streamwer.runners import pool
from streamwer.runners.cache.entry import EntryLabel
from streamwer.runners.cache.store import ResultStore
from streamwer.runners.local import LocalWorkers
from streamwer.runners.pool import JobResult, Workers
from streamwer.text.normalise import get_normaliser
from streamwer.types import Failure
from tests.scale import made_up

FAILURES = "failures.json"


@dataclass(frozen=True)
class Measured:
    """One phase: what it found, its wall clock and processor seconds, and its peak in MB."""

    found: int
    seconds: float
    busy: float
    peak: int


def prepare(folder: Path, rows: int) -> int:
    """Recordings prepared."""
    return len(prepare_dataset(made_up.write(folder / "source", rows), folder / "prepared"))


def pretend(folder: Path, rows: int) -> int:
    """The manifest alone, for what needs no audio."""
    (folder / "prepared").mkdir()
    manifest.write_manifest(folder / "prepared", map(made_up.reference, range(rows)))
    return rows


def listed(folder: Path, _: int) -> int:
    """Recordings of the manifest, all of them held, as a driver holds them."""
    return len(list(manifest.iterate_manifest(folder / "prepared" / manifest.MANIFEST_NAME)))


def in_process(folder: Path, rows: int) -> int:
    """Recordings that a worker in the driver's process finished, kept one by one."""
    return _dispatched(folder, rows, LocalWorkers(made_up.Knowing()))


def over_ray(folder: Path, rows: int) -> int:
    """The same with two actors."""
    from streamwer.runners.ray_workers import RayWorkers

    return _dispatched(folder, rows, RayWorkers(made_up.Knowing, 2, 1, 60.0))


def write(folder: Path, rows: int) -> int:
    """Recordings of the log, from what is kept."""
    kept, names = _store(folder), map(made_up.recording, range(rows))
    found = (kept.read_steps(digest_text(name)) for name in names)
    failures = [Failure(*pair) for pair in json.loads((folder / FAILURES).read_text())]
    eventlog.write_recordings(folder / "events", filter(None, found), failures, {}, Run())
    return sum(1 for _ in eventlog.iterate_recordings(folder / "events"))


def score(folder: Path, _: int) -> int:
    """Recordings scored, of the manifest and the log."""
    path, words = folder / "prepared" / manifest.MANIFEST_NAME, get_normaliser("basic")
    log = eventlog.read_summary(folder / "events")
    played = eventlog.iterate_recordings(folder / "events")
    parts = score_in_batches(manifest.iterate_manifest(path), played, log.failures, words)
    signature = store.sign_scores(manifest.iterate_manifest(path), log, words)
    store.write_batches(folder / "scores", parts, signature)
    return pq.ParquetFile(folder / "scores" / "recordings.parquet").metadata.num_rows


def scored(folder: Path) -> Scores:
    """The tables that `score` wrote."""
    return store.read_scores(folder / "scores").scores


def statistics(folder: Path, _: int) -> int:
    """Words that were taken for others, by the summary with all its intervals."""
    summary = summarise("system", scored(folder), None, ScoringConfig("basic"), {})
    return summary.errors.substitutions


PHASES: dict[str, Callable[[Path, int], int]] = {
    each.__name__: each
    for each in (prepare, pretend, listed, in_process, over_ray, write, score, statistics)
}


def measured(folder: Path, rows: int, *names: str) -> Measured:
    """Run phases in a process of their own; imports are in its peak, but not in its time.

    What is found is what the last one finds.
    """
    command = [sys.executable, "-m", "tests.scale.phases", str(folder), str(rows), *names]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=3_600)
    return Measured(**json.loads(ended.stdout.splitlines()[-1]))


def _dispatched(folder: Path, rows: int, workers: Workers) -> int:
    kept, failures, done = _store(folder), [], []

    def take(finished: JobResult) -> None:
        name = finished.job.recording
        if finished.error:
            failures.append((name, finished.error))
        else:
            kept.write_entry(
                digest_text(name), EntryLabel(name, "system", "unaware", {}), finished.steps
            )
            done.append(name)

    pool.run_with_callback(made_up.jobs(rows), workers, take)
    (folder / FAILURES).write_text(json.dumps(failures))
    assert len(set(done)) == len(done), "a recording came twice"
    return len(done)


def _store(folder: Path) -> ResultStore:
    return ResultStore(folder / "finished", 2**40, sys.exit)


def _main(folder: str, rows: str, *names: str) -> None:
    began, busy = time.perf_counter(), time.process_time()
    found = [PHASES[name](Path(folder), int(rows)) for name in names][-1]
    spent, busy = time.perf_counter() - began, time.process_time() - busy
    took = Measured(found, spent, busy, processes.read_peak_memory_mb())
    sys.stdout.write(f"{json.dumps(asdict(took))}\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])
