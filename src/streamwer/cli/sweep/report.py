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

from streamwer.analysis.sweeps.point import SweepPoint, build_failed_point, build_point
from streamwer.analysis.sweeps.sweep import build_sweep
from streamwer.cli.common.run_command import stage_command
from streamwer.cli.sweep.session import POINT, REPORTS, SCORES, describe_point
from streamwer.config import experiment
from streamwer.config.compose import compose_config
from streamwer.config.folders import SCORES as STAGE_SCORES
from streamwer.config.scoring import ScoringConfig
from streamwer.config.sweep import SweepConfig, parse_sweep
from streamwer.errors import StreamwerError
from streamwer.metrics import store
from streamwer.metrics.store import SignedScores
from streamwer.reports import sweep as report

Found = tuple[SweepPoint, SignedScores | None]


@stage_command
def main() -> int:
    """Write the report of the points that the command line names."""
    args = build_report_parser().parse_args()
    plain: Any = OmegaConf.to_container(compose_config([f"sweep.name={args.name}"], "sweep"))
    settings = parse_sweep(plain | {"systems": {}})
    points = list(_read_folders(args.folders, settings.scoring))
    if args.experiments is not None:
        points += _read_experiments(args.experiments, settings)
    budgets = args.budgets or settings.sweep.budgets_s
    facts = {"normaliser": settings.scoring.normaliser}
    folder = REPORTS / settings.sweep.name
    sweep = build_sweep(args.name, points, budgets, settings.scoring, facts)
    report.print_points(report.write_sweep_report(sweep, folder))
    print(f"report: {folder / 'index.html'}")
    return 0


def build_report_parser() -> argparse.ArgumentParser:
    """Build the parser of the command."""
    parser = argparse.ArgumentParser(
        prog="python -m streamwer.cli.sweep.report", description=__doc__
    )
    parser.add_argument("folders", nargs="*", type=Path, help="folders of multiruns")
    parser.add_argument("--name", required=True, help="the report is reports/sweep/NAME")
    parser.add_argument("--experiments", nargs="*", help="experiments of DVC; all if none is named")
    parser.add_argument("--budgets", nargs="+", type=float, help="latency budgets, seconds")
    return parser


def _read_folders(folders: Sequence[Path], scoring: ScoringConfig) -> Iterator[Found]:
    """Read the points below each folder, in the order of their jobs."""
    for folder in folders:
        paths = list(folder.glob(f"**/{POINT}"))
        if not paths:
            raise StreamwerError(f"{folder}: no {POINT} in it; give the folder of a multirun")
        for path in sorted(paths, key=lambda path: (len(path.parent.name), str(path))):
            record = json.loads(path.read_text())
            name = path.parent.relative_to(folder.parent).as_posix()
            if record["failure"]:
                texts = record["command"], record["config"], record["failure"]
                yield build_failed_point(name, *texts), None
                continue
            scored = store.read_scores(path.parent / SCORES)
            point = build_point(name, record["command"], record["config"], scored.scores, scoring)
            yield point, scored


def _read_experiments(names: Sequence[str], settings: SweepConfig) -> Iterator[Found]:
    """Read every compared system of each experiment, from what DVC keeps of it."""
    for name in names or _list_experiments():
        with tempfile.TemporaryDirectory() as folder:
            yield from _read_experiment(name, Path(folder), settings)


def _read_experiment(name: str, folder: Path, settings: SweepConfig) -> Iterator[Found]:
    for path in ("params.yaml", STAGE_SCORES.as_posix()):
        _fetch(path, name, folder / Path(path).name)
    params = experiment.load_params(folder / "params.yaml")
    for system in params.compare:
        scored = store.read_scores(folder / "scores" / system)
        described = describe_point(
            experiment.build_system(params, system), params.scoring.normaliser, ""
        )
        command = f"dvc exp apply {name}"
        label = f"{name}:{system}"
        yield build_point(label, command, described, scored.scores, settings.scoring), scored


def _fetch(path: str, revision: str, out: Path) -> None:
    """Fetch a file or folder of a revision, out of Git or of DVC's cache."""
    fetch = [sys.executable, "-m", "dvc", "get", "-q", ".", path, "--rev", revision, "-o", str(out)]
    done = subprocess.run(fetch, capture_output=True, text=True, check=False)
    if done.returncode:
        why = " ".join(done.stderr.split()) or f"dvc get ended with {done.returncode}"
        raise StreamwerError(f"experiment {revision}: {path} cannot be read: {why}")


def _list_experiments() -> list[str]:
    from dvc.repo import Repo

    experiments = Repo().experiments.ls(all_commits=True)
    return sorted(name for each in experiments.values() for name, *_ in each)


if __name__ == "__main__":
    sys.exit(main())
