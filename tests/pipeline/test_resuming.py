"""A run that ends in any way goes on where it was, and its log is that of an undisturbed run."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from tests.patience import PATIENCE_S, until
from tests.pipeline.resumable import FEW, NAMES, OUT, RUN, Folder


@pytest.mark.parametrize("clock", ["unaware", "measured"])
def test_killed_before_any_change_of_any_file_it_goes_on_where_it_was(
    clock: str, tmp_path: Path
) -> None:
    """Between two changes the files are the same, so that these are all moments that there are."""
    folder = Folder(tmp_path, f"clock={clock}", names=FEW)
    said = folder.run(*RUN, "killed", OUT.name, patience=4 * PATIENCE_S)  # for a hundred runs
    # Beside them a run whose clock measures may be told to have met a busy machine.
    seen = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    *killed, whole = seen
    assert len(killed) > 20
    assert {run["status"] for run in killed} == {-signal.SIGKILL}
    assert (whole["status"], sorted(whole["first"])) == (0, sorted(FEW))
    assert {run["kept"] for run in killed} == {0, 1, 2}
    for run in seen:
        assert run["again"] == 0
        assert len(run["second"]) == len(FEW) - run["kept"]
        assert len(run["first"]) - run["kept"] in (0, 1)  # what was on its way, at most
        assert sorted({*run["first"], *run["second"]}) == sorted(FEW)
        assert run["log"] == whole["log"]


def test_what_deterministic_clocks_gave_serves_any_later_run(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    first = folder.run()
    assert "taken from" not in first
    log = folder.log()
    assert sorted(folder.calls()) == sorted(NAMES)
    told = "3 of 3 recordings taken from data/finished; `python -m streamwer.cli.cache --empty "
    assert f"{told}cache.folder=data/finished` has" in folder.run()
    assert folder.calls() == []
    assert folder.log() == log
    folder.set("clock=unaware", "cache.resume=false")
    assert "taken from" not in folder.run()
    assert sorted(folder.calls()) == sorted(NAMES)


def test_a_damaged_file_is_said_once_removed_and_made_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.run()
    folder.calls()
    log, (flipped, shorter, _) = folder.log(), folder.entries()
    contents = bytearray(flipped.read_bytes())
    contents[-9] ^= 4
    flipped.write_bytes(contents)
    shorter.write_bytes(shorter.read_bytes()[:-1])
    said = folder.run()
    for file in (flipped, shorter):
        assert said.count(f"{file.relative_to(tmp_path)}: damaged, removed") == 1
    assert "Traceback" not in said
    assert "1 of 3 recordings taken" in said
    assert len(folder.calls()) == 2
    assert folder.log() == log
    assert "damaged" not in folder.run()


def test_a_second_run_of_a_system_is_refused_and_other_systems_are_not(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "wait").write_text(" ".join(NAMES))
    first = folder.start()
    until((tmp_path / "calls.log").exists)
    said = folder.run(status=1)
    assert "local_agreement is being streamed into it already" in said
    assert f"kill {first.pid}" in said
    busy = folder.run(sys.executable, "-m", "streamwer.cli.cache", "--empty", status=1)
    assert f"local_agreement is being streamed, by process {first.pid}" in busy
    params = OmegaConf.load(tmp_path / "params.yaml")
    params.systems["twin"] = params.systems[OUT.name]
    OmegaConf.save(params, tmp_path / "params.yaml")
    twin = folder.start(*RUN, "run", "twin")
    until(lambda: len((tmp_path / "calls.log").read_text().split()) == 2)
    first.kill()
    first.communicate(timeout=PATIENCE_S)
    (tmp_path / "wait").unlink()
    said = twin.communicate(timeout=PATIENCE_S)
    assert twin.returncode == 0, said
    folder.run()  # the lock of a run that was killed is in nobody's way
    assert (tmp_path / "data/events/twin/failures.parquet").is_file()


def test_a_run_under_way_that_was_emptied_streams_again_what_is_gone(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "wait").write_text("anna")  # the shortest, which comes last
    run = folder.start()
    until(lambda: len(folder.entries()) == 2)
    folder.entries()[0].unlink()
    (tmp_path / "wait").unlink()
    said, _ = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 0
    assert "3 recordings, 0 failed" in said
    *once, again = folder.calls()
    assert sorted(once) == sorted(NAMES)
    assert again in {"bert", "carl"}
    assert len(folder.entries()) == 3


def process(folder: Folder) -> int:
    """Of the run that is in progress."""
    (lock,) = (folder.path / "data/finished/running").glob("*.lock")
    return int(json.loads(lock.read_text())["process"])


@pytest.mark.slow
def test_dvc_and_its_stage_are_killed_and_repro_goes_on(tmp_path: Path) -> None:
    """With a clock that measures: what was recorded is measured anew when it is forced."""
    folder = Folder(tmp_path, "clock=measured")
    dvc = (sys.executable, "-m", "dvc")
    command = " ".join((*RUN, "run", OUT.name))
    stage = {"cmd": command, "deps": ["data/prepared"], "outs": [str(OUT)]}
    OmegaConf.save(OmegaConf.create({"stages": {"stream": stage}}), tmp_path / "dvc.yaml")
    folder.run(*dvc, "init", "--no-scm", "-q")
    (tmp_path / "wait").write_text("anna")
    repro = folder.start(*dvc, "repro")
    until(lambda: len(folder.entries()) == 2)
    for each in (repro.pid, process(folder)):
        os.kill(each, signal.SIGKILL)
    repro.communicate(timeout=PATIENCE_S)
    (tmp_path / "wait").unlink()
    assert sorted(folder.calls()) == sorted(NAMES)
    assert "2 of 3 recordings taken from data/finished" in folder.run(*dvc, "repro")
    assert folder.calls() == ["anna"]
    assert "up to date" in folder.run(*dvc, "repro")
    assert "taken from" not in folder.run(*dvc, "repro", "--force")
    assert sorted(folder.calls()) == sorted(NAMES)


def test_ctrl_c_says_that_the_same_command_goes_on_once_something_is_finished(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path, names=FEW)
    (tmp_path / "wait").write_text(FEW[0])  # the shorter one, which is streamed last
    run = folder.start()
    until(folder.entries)
    until(lambda: FEW[0] in (tmp_path / "calls.log").read_text().split())
    run.send_signal(signal.SIGINT)
    said = run.communicate(timeout=PATIENCE_S)[1]
    assert run.returncode == 130
    assert said.splitlines()[-2:] == [
        f"warning: {OUT.name} is not whole; the same command goes on from data/finished",
        "interrupted",
    ]
