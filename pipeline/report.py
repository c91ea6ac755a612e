"""Stage `report`: compare the scored systems in HTML, Markdown and JSON."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.command import command
from pipeline.score import SCORES
from pipeline.stream import EVENTS
from streamwer import config, eventlog
from streamwer.config import Config
from streamwer.metrics import Scores, normaliser, summarise, wer_differences
from streamwer.reports import Comparison, System, write

REPORT = Path("reports/comparison")
_RECORDED_PACKAGES = ("streamwer", "faster-whisper", "ctranslate2", "jiwer", "numpy")


@command
def main() -> int:
    write(comparison(config.load()), REPORT)
    print(f"report: {REPORT / 'index.html'}")
    return 0


def comparison(settings: Config) -> Comparison:
    """Read the tables of every compared system and work out its figures."""
    scores = {name: _read(name) for name in settings.compare}
    baseline = settings.scoring.baseline
    differences = wer_differences(scores, baseline, settings.scoring)
    systems = tuple(
        System(
            summarise(
                name,
                scores[name],
                differences.get(name),
                settings.scoring,
                eventlog.read(EVENTS / name).machine,
            ),
            scores[name],
            asdict(config.system(settings, name)),
        )
        for name in settings.compare
    )
    return Comparison(
        systems=systems,
        baseline=baseline if baseline in scores else "",
        dataset=settings.dataset.name,
        clock=settings.clock.name,
        provenance=provenance(settings),
    )


def _read(name: str) -> Scores:
    folder = SCORES / name
    return Scores(
        recordings=pd.read_parquet(folder / "recordings.parquet"),
        words=pd.read_parquet(folder / "words.parquet"),
    )


def provenance(settings: Config) -> dict[str, Any]:
    """What identifies the run."""
    scoring = settings.scoring
    systems = {name: config.system(settings, name) for name in settings.compare}
    return {
        "data set": settings.dataset.name,
        "clock": settings.clock.name,
        "model": _by_system({name: each.model.name for name, each in systems.items()}),
        "engine": _by_system({name: each.engine.name for name, each in systems.items()}),
        "normaliser": normaliser(scoring.normaliser).signature,
        "confidence": scoring.confidence,
        "bootstrap": f"{scoring.replicates} replicates, seed {scoring.seed}",
        "smallest difference": f"{100 * scoring.smallest_difference:g} points of WER",
        **{package: version(package) for package in _RECORDED_PACKAGES},
        "reproduce": "make repro",
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
