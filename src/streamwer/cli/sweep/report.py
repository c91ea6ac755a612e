"""Gather points that were run in different ways into one sweep report.

`python -m streamwer.cli.sweep.report --name all multirun/one multirun/other` takes the folders of
multiruns; `--experiments` takes finished experiments of DVC, those named or all.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from pipeline.score import SCORES as STAGE_SCORES
from streamwer.analysis.sweeps.point import Point, failed, measured
from streamwer.analysis.sweeps.sweep import gathered
from streamwer.cli.stage import command
from streamwer.cli.sweep.session import POINT, REPORTS, SCORES, describe
from streamwer.config import experiment
from streamwer.config.compose import composed
from streamwer.config.experiment import ScoringConfig, SweepConfig
from streamwer.errors import StreamwerError
from streamwer.metrics import store
from streamwer.metrics.store import Scored
from streamwer.reports import sweep as report

Found = tuple[Point, Scored | None]


@command
def main() -> int:
    args = parser().parse_args()
    plain: Any = OmegaConf.to_container(composed([f"sweep.name={args.name}"], "sweep"))
    settings = experiment.sweep(plain | {"systems": {}})
    found = list(_from_folders(args.folders, settings.scoring))
    if args.experiments is not None:
        found += _from_experiments(args.experiments, settings)
    budgets = args.budgets or settings.sweep.budgets_s
    facts = {"normaliser": settings.scoring.normaliser}
    folder = REPORTS / settings.sweep.name
    report.write(gathered(args.name, found, budgets, settings.scoring, facts), folder)
    print(f"report: {folder / 'index.html'}")
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m streamwer.cli.sweep.report", description=__doc__)
    made.add_argument("folders", nargs="*", type=Path, help="folders of multiruns")
    made.add_argument("--name", required=True, help="the report is reports/sweep/NAME")
    made.add_argument("--experiments", nargs="*", help="experiments of DVC; all if none is named")
    made.add_argument("--budgets", nargs="+", type=float, help="latency budgets, seconds")
    return made


def _from_folders(folders: Sequence[Path], scoring: ScoringConfig) -> Iterator[Found]:
    """The points below each folder, in the order of their jobs."""
    for folder in folders:
        paths = list(folder.glob(f"**/{POINT}"))
        if not paths:
            raise StreamwerError(f"{folder}: no {POINT} in it; give the folder of a multirun")
        for path in sorted(paths, key=lambda path: (len(path.parent.name), str(path))):
            said = json.loads(path.read_text())
            name = path.parent.relative_to(folder.parent).as_posix()
            if said["failure"]:
                yield failed(name, said["command"], said["config"], said["failure"]), None
                continue
            scored = store.read(path.parent / SCORES)
            made = measured(name, said["command"], said["config"], scored.scores, scoring)
            yield made, scored


def _from_experiments(names: Sequence[str], settings: SweepConfig) -> Iterator[Found]:
    """Every compared system of each experiment, from what DVC keeps of it."""
    for name in names or _experiments():
        with tempfile.TemporaryDirectory() as folder:
            yield from _from_experiment(name, Path(folder), settings)


def _from_experiment(name: str, folder: Path, settings: SweepConfig) -> Iterator[Found]:
    for path in ("params.yaml", STAGE_SCORES.as_posix()):
        _fetch(path, name, folder / Path(path).name)
    params = experiment.load(folder / "params.yaml")
    for system in params.compare:
        scored = store.read(folder / "scores" / system)
        described = describe(experiment.system(params, system), params.scoring.normaliser, "")
        command = f"dvc exp apply {name}"
        label = f"{name}:{system}"
        yield measured(label, command, described, scored.scores, settings.scoring), scored


def _fetch(path: str, revision: str, out: Path) -> None:
    """A file or folder of a revision, out of Git or of DVC's cache."""
    fetch = [sys.executable, "-m", "dvc", "get", "-q", ".", path, "--rev", revision, "-o", str(out)]
    done = subprocess.run(fetch, capture_output=True, text=True, check=False)
    if done.returncode:
        why = " ".join(done.stderr.split()) or f"dvc get ended with {done.returncode}"
        raise StreamwerError(f"experiment {revision}: {path} cannot be read: {why}")


def _experiments() -> list[str]:
    from dvc.repo import Repo

    found = Repo().experiments.ls(all_commits=True)
    return sorted(name for each in found.values() for name, *_ in each)


if __name__ == "__main__":
    sys.exit(main())
