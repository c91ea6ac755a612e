"""`make capacity`: real calls, the bundled model, and a study that is kept."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from lab.capacity import command, playing
from streamwer.analysis.capacity.figures import LoadFigures
from streamwer.analysis.capacity.machine import read_machine
from streamwer.analysis.capacity.study import read_study
from streamwer.config.compose import load_config
from streamwer.datasets.preparation import prepare_dataset
from streamwer.formats.manifest import write_manifest
from tests.analysis.capacity.made_up import make_capacity, study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system pins no process"),
]

NAME = "prefix_agreement"
OTHERS = ("loose", "tight")
QUICK = ("--seconds", "8", "--warm-up", "2", "--repeats", "2", "--most", "2")


@pytest.fixture
def cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[set[int]]:
    """Those that each run was played on; the data set is prepared in the folder we are in."""
    settings = load_config(["dataset=toy_calls", "dataset.limit=2"]).dataset
    settings.path = str(Path(settings.path).resolve())
    references = prepare_dataset(settings, tmp_path / "data/prepared")
    (tmp_path / "data/aligned").mkdir()
    write_manifest(tmp_path / "data/aligned", references)
    model = Path("models/reference").resolve()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # locks of the test's own
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(playing, "_LEAST_S", 90.0)
    used: list[set[int]] = []
    played = playing.Worker.run

    def noted(worker: playing.Worker, streams: int, seed: int) -> LoadFigures:
        used.append(os.sched_getaffinity(0))
        return played(worker, streams, seed)

    monkeypatch.setattr(playing.Worker, "run", noted)
    monkeypatch.setattr(
        sys,
        "argv",
        [
            *("capacity", "--system", NAME, *QUICK, "model=reference", f"model.path={model}"),
            f"systems.{NAME}.policy.poll_s=0.2",
            f"systems.{NAME}.policy.chunk_s=0.6",
        ],
    )
    return used


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["load=poisson", "load.calls_per_s=3"], "load.calls_per_s: how many calls at once is"),
        (["load.streams=3"], "load.streams: how many calls at once is looked for here; leave it"),
        (["--out", "README.md/x"], "README.md/x/live: the report cannot be written (Not a dir"),
    ],
)
def test_what_would_be_left_aside_or_lost_is_refused_before_anything_is_played(
    arguments: list[str],
    problem: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "Playing", None)
    monkeypatch.setattr(sys, "argv", ["capacity", "--system", NAME, *arguments])
    assert command.main() == 1
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "soon"])
def test_a_time_is_a_number_of_seconds(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.create_parser().parse_args([f"--warm-up={value}"])
    assert f"'{value}' is not a number of seconds from 0 on" in capsys.readouterr().err


def test_a_study_is_found_kept_and_shown(
    cores: list[set[int]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main() == 0
    study = read_study(Path("reports/capacity/live"))
    carried = study.systems[NAME]
    assert carried.capacity.value == 2  # no more were tried
    assert {(run.streams, run.seed) for run in carried.runs} == {(1, 1), (1, 2), (2, 1), (2, 2)}
    assert all(run.p95 is not None and run.p95 < 2 for run in carried.runs)
    told = capsys.readouterr()
    assert f"## {NAME}: at least 2 calls" in told.out
    assert len(cores) == 4
    assert told.err.count(" streams, seed ") == 4  # also of the loads that no search asked for


def test_what_was_measured_otherwise_is_not_overwritten(
    cores: list[set[int]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path("reports/capacity/live")
    command.update_study(folder, study({name: make_capacity([1], [1]) for name in OTHERS}), {})
    (folder / "machine.json").write_text("<<<<<<< HEAD\n")
    before = (folder / "capacity.json").read_bytes()
    assert command.main() == 1
    assert "loose, tight at another level" in capsys.readouterr().err
    assert (folder / "capacity.json").read_bytes() == before
    assert not cores  # it is said before anything is played
    monkeypatch.setattr(sys, "argv", [*sys.argv, "--name", "mine"])
    assert command.main() == 0
    assert (folder / "capacity.json").read_bytes() == before


def test_a_worker_that_is_measured_has_a_core_of_its_own(
    cores: list[set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.sched_getaffinity(0)
    monkeypatch.setattr(sys, "argv", [*sys.argv, "clock=measured"])
    assert command.main() == 0
    assert {len(own) for own in cores} == {1}
    facts = read_machine(Path("reports/capacity/live"))[NAME]
    assert facts["cores"] == len(before)  # of the machine, not of the worker
    assert os.sched_getaffinity(0) == before
