"""How fast many short recordings go through every stage, and how much memory each stage needs.

Usage: OPENBLAS_NUM_THREADS=1 python -m tools.time_scale [ROWS] [PHASE …]

Every phase is a process of its own, so that its peak is its own. Recordings are 0.3 s long and the
recogniser is scripted: what is measured is everything else.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from streamwer import datasets, eventlog
from streamwer.cluster import pool
from streamwer.cluster.local import LocalWorkers
from streamwer.config import ScoringConfig
from streamwer.datasets import manifest
from streamwer.metrics import normaliser, store, summarise
from streamwer.metrics.in_parts import score_in_parts
from tests.scale import made_up

Phase = Callable[[Path, int], None]


def prepare(folder: Path, rows: int) -> None:
    datasets.prepare(made_up.write(folder / "source", rows), folder / "prepared")


def read_manifest(folder: Path, rows: int) -> None:
    assert len(datasets.read_manifest(folder / "prepared")) == rows


def in_process(folder: Path, rows: int) -> None:
    outcome = pool.run(made_up.jobs(rows), LocalWorkers(made_up.Knowing()))
    assert len(outcome.failures) == made_up.failed(rows)
    log = eventlog.EventLog(tuple(outcome.steps), tuple(outcome.failures))
    eventlog.write(folder / "events", log)


def over_ray(_: Path, rows: int) -> None:
    from streamwer.cluster.ray_workers import RayWorkers

    outcome = pool.run(made_up.jobs(rows), RayWorkers(made_up.Knowing, 2, 1, 60.0))
    assert len(outcome.failures) == made_up.failed(rows)


def score(folder: Path, _: int) -> None:
    path, words = folder / "prepared" / manifest.NAME, normaliser("basic")
    log = eventlog.about(folder / "events")
    signature = store.sign(manifest.each(path), log, words)
    played = eventlog.recordings(folder / "events")
    parts = score_in_parts(manifest.each(path), played, log.failures, words)
    store.write_parts(folder / "scores", parts, signature)


def statistics(folder: Path, rows: int) -> None:
    scored = store.read(folder / "scores")
    summary = summarise("system", scored.scores, None, ScoringConfig("basic"), {})
    assert summary.errors.substitutions == made_up.wrong(rows)


PHASES: dict[str, Phase] = {
    each.__name__: each
    for each in (prepare, read_manifest, in_process, over_ray, score, statistics)
}


def main(rows: int = 100_000, *chosen: str) -> None:
    print(f"{'phase':15} {'rows/s':>9} {'s':>8} {'cpu s':>8} {'peak MB':>8}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen or PHASES:
            context = multiprocessing.get_context("spawn")
            process = context.Process(target=measured, args=(name, Path(folder), rows))
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(f"{name} failed")


def measured(name: str, folder: Path, rows: int) -> None:
    """One phase: its time, and the peak of its process, imports included."""
    began, busy = time.perf_counter(), time.process_time()
    PHASES[name](folder, rows)
    spent, busy = time.perf_counter() - began, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:15} {rows / spent:9.0f} {spent:8.1f} {busy:8.1f} {peak:8.0f}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:])
