"""Play the same calls to our policies and to servers of other projects, in real time.

Each system has the same weights and one thread. Writes reports/servers.json and the table in
docs/servers.md. The environments of the peers are made first, in .peers, where they are missing.
It is meant for an idle machine. A peer that cannot be had, or fails, does not stop the others.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from lab.bench import machine, playing, speech_sets
from lab.bench import systems as bench
from lab.bench.playing import Call
from lab.servers import table
from lab.servers.figures import describe_failed, measure
from lab.servers.lanes import Job, plan_jobs, play_in_lanes
from lab.servers.systems import (
    CHUNK_S,
    NAMES,
    Played,
    Subject,
    System,
    list_subjects,
    start_system,
)
from streamwer.cli.common.arguments import parse_count
from streamwer.cli.common.run_command import stage_command
from streamwer.config import model_catalogue
from streamwer.errors import StreamwerError
from streamwer.models import sources
from streamwer.reports import files
from streamwer.servers.protocol import parse_end_of_audio

REPORT, PAGE = Path("reports/servers.json"), Path("docs/servers.md")
_MODEL = "tiny_en"
_AFTERWARDS_S = 1.0
"""About what a server takes after the audio."""


@stage_command
def main() -> int:
    args = _parse_arguments()
    if args.out is None:
        files.check_writable(REPORT.parent)
    calls = sorted(
        playing.read_calls(speech_sets.configure(None)), key=lambda each: each.reference.seconds
    )[: args.calls]
    study = Study(calls, list_subjects(args.systems))
    with ExitStack() as running:
        study.start(running)
        study.play(args.repeats, args.lanes, 60 * args.minutes)
    _write(study.describe(args.repeats, args.lanes), args.out)
    return 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lab.servers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--systems", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=", ".join(NAMES))
    add("--calls", type=parse_count, default=8, help="so many of the shortest calls (8)")
    add("--repeats", type=parse_count, default=3, help="how often each is played (3)")
    add("--lanes", type=parse_count, default=2, help="systems that play at the same time (2)")
    add("--minutes", type=parse_count, default=28, help="after which no session is begun (28)")
    add("--out", type=Path, metavar="FILE", help=f"only this file ({REPORT} and {PAGE})")
    return parser.parse_args()


class Study:
    """Starts the systems, plays the calls to them, and measures.

    Args:
        calls: the recordings.
        subjects: the systems.
    """

    def __init__(self, calls: Sequence[Call], subjects: Sequence[Subject]) -> None:
        self._calls, self._subjects = calls, subjects
        self._model = bench.choose(_MODEL)
        self._folder = sources.obtain_model(model_catalogue.resolve(self._model.config))
        self._systems: dict[str, System] = {}
        self._failed: dict[str, str] = {}
        self._played: dict[Job, Played] = {}

    def start(self, running: ExitStack) -> None:
        """Start all systems; those that cannot be started are reported."""
        for subject in self._subjects:
            began = time.monotonic()
            try:
                system = start_system(subject.name, self._model, self._folder, self._calls[0].audio)
                self._systems[subject.name] = running.enter_context(system)
            except StreamwerError as error:
                self._failed[subject.name] = str(error)
            state = self._failed.get(subject.name, f"ready after {time.monotonic() - began:.0f} s")
            _say(f"{subject.name}: {state}")

    def play(self, repeats: int, lanes: int, seconds: float) -> None:
        """Play every call to every system that has started; after so many seconds, no more."""
        started = [each for each in self._subjects if each.name in self._systems]
        if not started:
            return
        jobs = plan_jobs(started, len(self._calls), repeats)
        expected = sum(
            self._calls[job.recording].reference.seconds
            + sum(parse_end_of_audio(job.end_of_audio))
            + _AFTERWARDS_S
            for job in jobs
        )
        _say(f"{len(jobs)} sessions, some {expected / 60 / lanes:.0f} minutes")
        play_in_lanes(jobs, lambda job: self._play(job, len(jobs)), lanes, seconds)
        if len(self._played) < len(jobs):
            _say(f"out of time: {len(jobs) - len(self._played)} sessions are left out")

    def _play(self, job: Job, count: int) -> None:
        call = self._calls[job.recording]
        name = f"{call.name}.{job.repeat + 1}"
        played = self._systems[job.system].play(name, call.audio, job.end_of_audio)
        self._played[job] = played
        words = sum(len(step.update.committed) for step in played.steps)
        outcome = played.failure or f"{words} words, {played.cpu_s:.1f} s of CPU"
        _say(f"{len(self._played)}/{count} {job.system}, {job.end_of_audio}, {name}: {outcome}")

    def describe(self, repeats: int, lanes: int) -> dict[str, Any]:
        """Describe what was measured, for JSON."""
        references = [call.reference for call in self._calls]
        rows = []
        for subject in self._subjects:
            if subject.name in self._failed:
                rows.append(describe_failed(subject, self._failed[subject.name]))
            else:
                policies = subject.end_of_audio
                rows += [measure(subject, each, self._played, references) for each in policies]
        size = sum(path.stat().st_size for path in self._folder.iterdir() if path.is_file())
        return {
            "machine": machine.read_facts(),
            "model": {"name": self._model.name, "mb": round(size / 1e6, 1)},
            "calls": [reference.recording for reference in references],
            "seconds": round(sum(reference.seconds for reference in references), 1),
            "repeats": repeats,
            "lanes": lanes,
            "chunk_s": CHUNK_S,
            "systems": rows,
        }


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _write(report: dict[str, Any], out: Path | None) -> None:
    path = out or REPORT
    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    files.write_files(path.parent, {path.name: text})
    if out is None and PAGE.is_file():
        page = table.replace_table(PAGE.read_text(encoding="utf-8"), report)
        files.write_files(PAGE.parent, {PAGE.name: page})
    print(table.render_table(report))
    _say(f"written: {path}")
