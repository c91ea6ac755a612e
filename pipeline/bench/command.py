"""Measure what the direct engine and the policies gain: all in one run, on one thread.

Prints tables and writes reports/benchmark.json. Run it on an idle machine; it takes some twenty
minutes. docs/benchmark.md says what is measured.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import Progress

from pipeline.bench import (
    comparison,
    document,
    framework,
    machine,
    playing,
    random_whisper,
    shapes,
    systems,
    tables,
    targets,
)
from pipeline.bench.document import Findings
from pipeline.bench.figures import Figures, row
from pipeline.bench.playing import Call
from pipeline.command import command, count, progress
from streamwer.compose import load
from streamwer.reports import files

REPORT = Path("reports/benchmark.json")
PARTS = ("engine", "policies", "shapes", "framework")


@command
def main() -> int:
    args = _arguments()
    settings = load()
    calls = playing.read_calls(settings.dataset)
    chosen = playing.spread(calls, args.calls or len(calls))
    parts = [args.only] if args.only else list(PARTS)
    findings = Findings(
        repeats=args.repeats,
        calls=len(chosen),
        complete=not args.only and len(chosen) == len(calls),
        model=settings.model.name,
        machine=machine.facts(),
    )
    with progress() as bar:
        if {"engine", "policies"} & set(parts):
            _play(findings, chosen, args.peer_calls, parts, bar)
        if "shapes" in parts:
            _shapes(findings, bar)
        if "framework" in parts:
            _framework(findings, chosen, bar)
    tables.show(findings)
    _write(findings, args.out)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pipeline.bench", description=__doc__)
    parser.add_argument("--repeats", type=count, default=3, help="of each measurement (3)")
    parser.add_argument("--calls", type=count, help="play only so many calls: a quick look")
    parser.add_argument(
        "--peer-calls",
        type=count,
        default=6,
        help="calls that are played in every repeat; the others once (6)",
    )
    parser.add_argument("--only", choices=PARTS, help="measure one part only")
    parser.add_argument(
        "--out", type=Path, help=f"the JSON file; {REPORT} if nothing is left out, else none"
    )
    return parser.parse_args()


def _play(
    findings: Findings, calls: list[Call], peer_calls: int, parts: list[str], bar: Progress
) -> None:
    """Play the systems that the parts ask for; add their figures and targets."""
    entries = systems.every() if "policies" in parts else systems.engines_only()
    shared = [call.name for call in playing.spread(calls, peer_calls)]
    turns = [playing.turns(entries, calls, shared, i) for i in range(findings.repeats)]
    task = bar.add_task("calls", total=sum(len(list(turn)) for turn in turns))
    session = playing.play_all(
        entries,
        calls,
        shared,
        playing.load_all(entries),
        findings.repeats,
        partial(bar.advance, task),
    )
    figures = Figures(session, load().scoring)
    findings.shared = session.shared
    findings.rows = [row(figures, entry) for entry in entries]
    if "engine" in parts:
        findings.engines = comparison.engines(figures)
        findings.targets += targets.of_engines(figures, findings.engines)
    if "policies" in parts:
        findings.choice = comparison.choose(comparison.candidates(figures, entries))
        findings.targets += targets.of_policies(figures, findings.choice)


def _shapes(findings: Findings, bar: Progress) -> None:
    for name, shape in shapes.SHAPES.items():
        task = bar.add_task(name, total=findings.repeats * len(shapes.grid()))
        with TemporaryDirectory() as folder:
            stages = shapes.Stages(random_whisper.build(Path(folder) / name, shape))
            findings.cells += shapes.measure(
                name, stages, findings.repeats, partial(bar.advance, task)
            )


def _framework(findings: Findings, calls: list[Call], bar: Progress) -> None:
    task = bar.add_task("framework", total=findings.repeats * len(framework.entries()))
    with TemporaryDirectory() as folder:
        model = random_whisper.build(Path(folder) / "tiny", random_whisper.TINY)
        findings.framework = framework.measure(
            model,
            calls[: framework.CALLS],
            findings.repeats,
            Path(folder) / "log",
            partial(bar.advance, task),
        )
    findings.targets.append(targets.of_framework(findings.framework))


def destination(out: Path | None, complete: bool) -> Path | None:
    """Where the JSON goes: the committed report is not overwritten by part of a measurement."""
    return out or (REPORT if complete else None)


def _write(findings: Findings, out: Path | None) -> None:
    path = destination(out, findings.complete)
    if path is None:
        print(f"{REPORT} is left as it was; --out FILE writes a quick look to a file")
        return
    files.write_all(path.parent, {path.name: document.render(findings)})
    print(f"written: {path}")
