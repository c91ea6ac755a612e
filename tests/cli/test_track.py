"""`streaming-track`: the figures and files of a report, sent to a tracker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from streamwer.cli.track import main
from streamwer.config import registry
from streamwer.config.settings import setting
from streamwer.reports.trackers import TrackedReport

FIGURES = {"offline": {"wer": 0.1, "commit_p50": 2.5}, "mine": {"wer": 0.125}}


@pytest.fixture
def report(tmp_path: Path) -> Path:
    folder = tmp_path / "reports/comparison"
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text(json.dumps({"schema": 1, "systems": FIGURES}))
    (folder / "index.html").write_text("<html>")
    return folder


@pytest.fixture
def notebook() -> Iterator[list[TrackedReport]]:
    """A tracker as another package would register it, and what it was sent."""
    sent: list[TrackedReport] = []

    @registry.tracker("notebook")
    class Notebook:
        @dataclass
        class Config:
            pages: int = setting(1, "pages", at_least=1)

        def __init__(self, config: Config) -> None:
            pass

        def log_report(self, report: TrackedReport) -> str:
            sent.append(report)
            return "page 1"

    yield sent
    del registry._registered["tracker"]["notebook"]


def test_a_tracker_gets_figures_by_system_and_the_files(
    report: Path, notebook: list[TrackedReport], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["notebook", str(report), "-S", "pages=2"]) == 0
    assert capsys.readouterr().out == "notebook: page 1\n"
    (sent,) = notebook
    assert sent.name == "comparison"
    assert sent.figures == {
        "offline": {"wer": 0.1, "commit_p50": 2.5},
        "mine": {"wer": 0.125},
    }
    assert [file.name for file in sent.files] == ["index.html", "metrics.json"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["nobody"], "'nobody' must be one of mlflow, notebook"),
        (["notebook", "nowhere"], "nowhere/metrics.json: not there; name the folder of a report"),
        (["notebook", "-S", "page=1"], "(its settings are pages)"),
        (["notebook", "-S", "pages=0"], "notebook.pages=0 must be at least 1"),
    ],
)
def test_what_cannot_be_sent_is_one_line(
    arguments: list[str],
    error: str,
    notebook: list[TrackedReport],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert error in said
    assert len(said.splitlines()) == 1
    assert not notebook


def test_mlflow_holds_a_run_for_each_system(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow = pytest.importorskip(
        "mlflow", reason="MLflow is not installed: pip install '.[mlflow]'"
    )
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    uri = (tmp_path / "mlruns").as_uri()
    assert main(["mlflow", str(report), "-S", "experiment=calls", "-S", f"uri={uri}"]) == 0
    client = mlflow.MlflowClient(uri)
    experiment = client.get_experiment_by_name("calls").experiment_id
    runs = {run.info.run_name: run for run in client.search_runs([experiment])}
    assert sorted(runs) == ["comparison", "mine", "offline"]
    assert runs["offline"].data.metrics == {"wer": 0.1, "commit_p50": 2.5}
    parent = runs["comparison"].info.run_id
    assert {runs[name].data.tags["mlflow.parentRunId"] for name in FIGURES} == {parent}
    files = [file.path for file in client.list_artifacts(parent)]
    assert files == ["index.html", "metrics.json"]


def test_a_store_that_mlflow_refuses_is_one_line(
    report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("mlflow", reason="MLflow is not installed: pip install '.[mlflow]'")
    assert main(["mlflow", str(report), "-S", "uri=nonsense://there"]) == 2
    assert capsys.readouterr().err.startswith("error: MLflow: ")
