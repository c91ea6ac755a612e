"""Stage `report`: compare the scored systems in HTML, Markdown and JSON."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from lab.capacity.document import read_facts
from pipeline.align import ALIGNED
from pipeline.prepare import PREPARED
from pipeline.score import SCORES
from pipeline.stream import EVENTS
from streamwer import audio, eventlog
from streamwer.alignment.origin import read as read_origin
from streamwer.analysis.capacity.study import FILE
from streamwer.analysis.capacity.study import read as read_study
from streamwer.cli.stage import command
from streamwer.config import experiment
from streamwer.config.experiment import ClockConfig, Config
from streamwer.datasets.origins import read as origin
from streamwer.datasets.problems import read as outcome
from streamwer.formats.manifest import read as read_manifest
from streamwer.metrics.comparing import comparable_differences, incomparable
from streamwer.metrics.store import read
from streamwer.metrics.summary import summarise
from streamwer.provenance.signature import Signature
from streamwer.provenance.versioning import lock_digest, revision
from streamwer.reports import peaks, write
from streamwer.reports.comparison import Capacities, Comparison, Sound, System, Unused
from streamwer.runners import run_log

REPORT, CAPACITY = Path("reports/comparison"), Path("reports/capacity")


@command
def main() -> int:
    argparse.ArgumentParser(prog="python -m pipeline.report", description=__doc__).parse_args()
    write(comparison(experiment.load()), REPORT)
    print(f"report: {REPORT / 'index.html'}")
    return 0


def comparison(settings: Config) -> Comparison:
    """Read the tables of every compared system and work out its figures."""
    scored = {name: read(SCORES / name) for name in settings.compare}
    signatures = {name: each.signature for name, each in scored.items()}
    logs = {name: eventlog.read(EVENTS / name) for name in settings.compare}
    baseline = settings.scoring.baseline
    differences = comparable_differences(scored, baseline, settings.scoring)
    reasons = incomparable(signatures, baseline)
    systems = tuple(
        System(
            summarise(
                name,
                scored[name].scores,
                differences.get(name),
                settings.scoring,
                logs[name].machine,
            ),
            scored[name].scores,
            asdict(experiment.system(settings, name)),
            signature=signatures[name],
            incomparable=reasons[name],
            log=logs[name],
        )
        for name in settings.compare
    )
    return Comparison(
        systems=systems,
        baseline=baseline if baseline in scored else "",
        dataset=settings.dataset.name,
        clock=settings.clock.name,
        provenance=provenance(settings, signatures, read_origin(ALIGNED).line())
        | sourced(PREPARED)
        | _versions(settings),
        sounds=sounds(PREPARED, REPORT),
        unused=unused(PREPARED),
        conditions={chain.name: bool(chain.network) for chain in experiment.conditions(settings)},
        capacities=capacities(CAPACITY, settings),
    )


def capacities(folder: Path, settings: Config) -> Capacities:
    """Every study that is kept: of the config's service level, of other levels, then the rest."""
    studies = [read_study(path.parent) for path in sorted(folder.glob(f"*/{FILE}"))]
    levels = {study.name for study in studies if study.name == study.level.slo.name}
    studies.sort(key=lambda each: (each.name != settings.slo.name, each.name not in levels))
    return Capacities(
        studies=tuple(studies),
        machine={each.name: read_facts(folder / each.name) for each in studies},
        profile=run_log.clock_of(asdict(ClockConfig("profile", settings.hardware))),
    )


def sourced(prepared: Path) -> dict[str, str]:
    """Where the data are from, on which terms, and how to cite them."""
    kept = origin(prepared)
    return {f"data {name}": text for name, text in kept.facts().items()} if kept else {}


def _versions(settings: Config) -> dict[str, Any]:
    """What the report is of, and the commands that make it again."""
    code = revision()
    known = {"code revision": code, "lock digest": lock_digest(settings.compare)}
    checkout = [f"git checkout {code}"] if code and "," not in code else []
    return {
        **{key: value for key, value in known.items() if value},
        "reproduce": [*checkout, "make repro"],
    }


def unused(prepared: Path) -> Unused:
    """The rows of the data set that are in no figure, and notes on others."""
    became = outcome(prepared)
    if became is None:
        return Unused()
    listed = [
        tuple((row.where, row.reason) for row in rows) for rows in (became.unusable, became.notes)
    ]
    return Unused(became.rows, *listed)


def sounds(prepared: Path, report: Path) -> dict[str, Sound]:
    """The audio of every recording: its wave form, and its address as seen from the report."""
    way = PurePath(os.path.relpath(prepared, report)).as_posix()
    found = {}
    for reference in read_manifest(prepared):
        if reference.broken:
            continue
        samples = audio.load(prepared / reference.audio)
        address = quote(f"{way}/{reference.audio}")
        found[reference.recording] = Sound(address, peaks(samples, audio.seconds(len(samples))))
    return found


def provenance(
    settings: Config, signatures: Mapping[str, Signature], word_times: str
) -> dict[str, Any]:
    """What identifies the run: what the signatures say, and the settings of the statistics."""
    scoring = settings.scoring

    def told(of: Callable[[Signature], str]) -> str:
        return _by_system({name: of(signature) for name, signature in signatures.items()})

    def release(package: str) -> str:
        return told(lambda each: each.subject.package(package))

    packages = dict.fromkeys(k for each in signatures.values() for k, _ in each.subject.packages)
    return {
        "data set": settings.dataset.name,
        "word times": word_times,
        "clock": told(lambda each: each.method.clock),
        "model": told(lambda each: each.subject.model),
        "engine": told(lambda each: each.subject.engine.partition("(")[0]),
        "hardware": told(lambda each: each.method.hardware),
        "normaliser": told(lambda each: each.method.normaliser),
        "scorer": told(lambda each: each.method.scorer),
        "confidence": scoring.confidence,
        "smallest difference": f"{100 * scoring.smallest_difference:g} points of WER",
        **{name: release(name) for name in packages},
        "signature": {name: signature.line() for name, signature in signatures.items()},
    }


def _by_system(chosen: Mapping[str, str]) -> str:
    """What all systems have, or each choice with the systems that made it."""
    systems: dict[str, list[str]] = {}
    for name, choice in chosen.items():
        systems.setdefault(choice, []).append(name)
    if len(systems) == 1:
        return next(iter(systems))
    return "; ".join(f"{choice} ({', '.join(names)})" for choice, names in systems.items())


if __name__ == "__main__":
    sys.exit(main())
