"""The pipeline as a user runs it: DVC, the beginnings of real calls, the bundled model."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from streamwer import eventlog
from tests.patience import PATIENCE_S
from tests.pipeline.beginnings import TOY, beginnings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TREE = (
    ".dvc/config",
    ".dvc/plots",
    ".dvcignore",
    ".gitignore",
    "conf",
    "dvc.yaml",
    "hydra_plugins",
    "models/reference",
    "params.yaml",
    "pipeline",
    "reports/baseline",
    "reports/capacity",
    "requirements.lock",
    "src",
)
SYSTEMS = ("offline", "prompted_buffer", "local_agreement", "prefix_agreement")
QUICK = tuple(f"--set-param={each}" for each in (*TOY, "clock=unaware", "cluster=local"))


class Project:
    """A checkout of this project in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in TREE:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, target)
        beginnings(folder / "data/toy_calls")
        self.run("git", "init", "-q")
        for name, value in (("user.name", "t"), ("user.email", "t@localhost")):
            self.run("git", "config", name, value)  # experiments are commits too
        for command in (["add", "-A"], ["commit", "-q", "-m", "start"]):
            self.run("git", *command)

    def run(self, *command: str, status: int = 0) -> str:
        environment = os.environ | {"PYTHONPATH": "src", "DVC_NO_ANALYTICS": "1"}
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=4 * PATIENCE_S,
        )
        assert ran.returncode == status, f"{command}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout + ran.stderr

    def dvc(self, *arguments: str, status: int = 0) -> str:
        return self.run(sys.executable, "-m", "dvc", *arguments, status=status)

    def metrics(self) -> dict[str, Any]:
        files = (self.folder / "metrics").glob("*.json")
        return {path.stem: json.loads(path.read_text()) for path in files}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Three toy calls streamed by the systems of the default comparison with the toy model."""
    project = Project(tmp_path_factory.mktemp("project"))
    project.dvc("exp", "run", *QUICK)
    return project


def test_the_report_compares_the_systems(project: Project) -> None:
    metrics = project.metrics()
    assert sorted(metrics) == sorted(SYSTEMS)
    for figures in metrics.values():
        assert 0 <= figures["wer"] < 1
        assert figures["commit_p50"] > 0
    shown = project.dvc("metrics", "show").splitlines()
    assert shown[0].split() == ["Path", *sorted(next(iter(metrics.values())))]
    assert [line.split()[0] for line in shown[1:]] == [f"metrics/{s}.json" for s in sorted(SYSTEMS)]
    assert max(map(len, shown)) <= 120
    page = (project.folder / "reports/comparison/index.html").read_text()
    assert "local_agreement" in page


def test_the_plots_need_no_network(project: Project) -> None:
    project.dvc("plots", "show")
    page = (project.folder / "dvc_plots/index.html").read_text()
    assert page.count("vegaEmbed('#") == 2
    assert "<script src" not in page


def test_nothing_is_run_again_on_an_unchanged_tree(project: Project) -> None:
    output = project.dvc("repro")
    assert "Running stage" not in output


def test_two_runs_without_compute_give_identical_metrics(project: Project) -> None:
    before = project.metrics()
    project.run(
        sys.executable, "-m", "streamwer.cli.cache", "--empty"
    )  # really run, not remembered
    project.dvc("repro", "--force", "--no-run-cache", "--downstream", "stream@local_agreement")
    assert project.metrics() == before


def test_an_unknown_choice_is_refused_with_the_options(project: Project) -> None:
    output = project.dvc("exp", "run", "-S", "policy=clairvoyant", status=255)
    assert "clairvoyant" in output
    assert "local_agreement" in output


def test_every_policy_hears_the_call_to_its_end(project: Project) -> None:
    last = {}
    for system in ("offline", "local_agreement"):
        steps = eventlog.read_log(project.folder / "data/events" / system).group_by_recording()
        words = {name: [w for s in run for w in s.update.committed] for name, run in steps.items()}
        last[system] = {name: said[-1].text for name, said in words.items()}
    assert last["local_agreement"] == last["offline"]


def test_an_experiment_runs_what_it_changes_and_becomes_a_point_of_a_sweep(
    project: Project,
) -> None:
    """Two systems, chosen by their policies, of which one is changed."""
    change = ("-S", "systems.prefix_agreement.policy.chunk_s=2")
    chosen = ("-S", "policy=[offline,prefix_agreement]", *change)
    output = project.dvc("exp", "run", "-n", "slower", *QUICK, *chosen)
    assert "Running stage 'stream@prefix_agreement'" in output
    assert "Running stage 'stream@offline'" not in output
    assert sorted(project.metrics()) == ["offline", "prefix_agreement"]
    gather = (sys.executable, "-m", "streamwer.cli.sweep.report", "--name", "all", "--experiments")
    project.run(*gather, "slower")
    report = json.loads((project.folder / "reports/sweep/all/sweep.json").read_text())
    same, changed = sorted(report["points"], key=lambda point: str(point["name"]))
    assert (changed["name"], same["name"]) == ("slower:prefix_agreement", "slower:offline")
    assert changed["command"] == "dvc exp apply slower"
    assert changed["config"]["policy"]["chunk_s"] == 2
    assert "cannot be read" in project.run(*gather, "nowhere", status=1)


def test_a_broken_data_set_is_one_clear_error_and_leaves_the_old_one(project: Project) -> None:
    calls = project.folder / "data/toy_calls"
    kept = (project.folder / "data/prepared/manifest.jsonl").read_bytes()
    rows = (calls / "metadata.jsonl").read_text().splitlines()
    emptied = [json.dumps(json.loads(row) | {"text": ""}) for row in rows]
    (calls / "metadata.jsonl").write_text("\n".join(emptied))
    output = project.run(sys.executable, "-m", "pipeline.prepare", status=1)
    assert "error:" in output
    assert "Traceback" not in output
    assert (project.folder / "data/prepared/manifest.jsonl").read_bytes() == kept
