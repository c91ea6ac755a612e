"""A run that ends in any way goes on where it was, and its log is that of an undisturbed run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil
import pytest
from omegaconf import DictConfig, OmegaConf

from pipeline import stream
from streamwer.compose import composed, load
from streamwer.config import Config
from streamwer.datasets import prepare
from tests.datasets.prepared import files, prepared
from tests.datasets.recordings import clip

ROOT = Path(__file__).parents[2]
OUT = Path("data/events/local_agreement")
RUN = (sys.executable, "-m", "tests.pipeline.scripted_runs")
NAMES = ("anna", "bert", "carl")
FEW = NAMES[:2]
PATIENCE_S = 120.0
"""Of the tests, on a machine however busy."""


@cache
def settings(*overrides: str) -> DictConfig:
    return composed(["cluster=local", "policy=[local_agreement]", *overrides])


class Folder:
    """A folder that looks like a checkout to the stage, with a few short recordings."""

    def __init__(self, path: Path, *overrides: str, names: tuple[str, ...] = NAMES) -> None:
        self.path = path
        for at, name in enumerate(names):
            clip(path / f"mine/{name}.flac", seconds=1.0 + at, seed=at)
        texts = {f"{name}.txt": "my name is jane" for name in names}
        if names:
            prepared(files(path / "mine", texts), path / "data/prepared")
        self.set("clock=unaware", *overrides)

    def set(self, *overrides: str) -> None:
        OmegaConf.save(settings(*overrides), self.path / "params.yaml")

    def start(self, *command: str) -> subprocess.Popen[str]:
        paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        return subprocess.Popen(
            command or (*RUN, "run", OUT.name),
            cwd=self.path,
            env=os.environ | {"PYTHONPATH": paths},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str, status: int = 0) -> str:
        process = self.start(*command)
        try:
            said = "".join(process.communicate(timeout=PATIENCE_S))
        finally:
            process.kill()
        assert process.returncode == status, said
        return said

    def calls(self) -> list[str]:
        """Recordings that were streamed since the last time this was asked."""
        log = self.path / "calls.log"
        found = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return found

    def log(self) -> dict[str, bytes]:
        """What was said when; the times and the memory of a process are its own."""
        names = ("events.parquet", "failures.parquet")
        return {name: (self.path / OUT / name).read_bytes() for name in names}

    def entries(self) -> list[Path]:
        return sorted((self.path / "data/finished/entries").glob("*/*"))


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"it did not come true in {PATIENCE_S:g} s")


@pytest.mark.parametrize("clock", ["unaware", "measured"])
def test_killed_before_any_change_of_any_file_it_goes_on_where_it_was(
    clock: str, tmp_path: Path
) -> None:
    """Between two changes the files are the same, so that these are all moments that there are."""
    folder = Folder(tmp_path, f"clock={clock}", names=FEW)
    seen = list(map(json.loads, folder.run(*RUN, "killed", OUT.name).splitlines()))
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
    told = "3 of 3 recordings taken from data/finished; `python -m pipeline.finished --empty "
    assert f"{told}finished.folder=data/finished` has" in folder.run()
    assert folder.calls() == []
    assert folder.log() == log
    folder.set("clock=unaware", "finished.resume=false")
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
    busy = folder.run(sys.executable, "-m", "pipeline.finished", "--empty", status=1)
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


@pytest.mark.ray
@pytest.mark.slow
def test_killed_with_ray_and_the_bundled_model_it_gives_what_an_undisturbed_run_gives(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path, names=())
    prepare(load(["dataset.limit=4"]).dataset, tmp_path / "data/prepared")
    choices = ("policy=[confident_cutoff]", f"model.path={ROOT / 'models/reference'}")
    run = (sys.executable, "-m", "pipeline.stream", "--system", "confident_cutoff")
    folder.set("clock=unaware", "cluster=ray", *choices)
    driver = folder.start(*run)
    until(folder.entries)
    children = psutil.Process(driver.pid).children(recursive=True)
    workers = list(filter(is_worker, children))
    driver.kill()
    driver.communicate(timeout=PATIENCE_S)
    kept = len(folder.entries())
    assert workers
    folder.set("clock=unaware", *choices)
    assert f"{kept} of 4 recordings taken from data/finished" in folder.run(*run)
    out = tmp_path / "data/events/confident_cutoff"
    log = {name: (out / name).read_bytes() for name in ("events.parquet", "failures.parquet")}
    folder.set("clock=unaware", "finished.folder=elsewhere", *choices)
    assert "taken from" not in folder.run(*run)
    assert {name: (out / name).read_bytes() for name in log} == log
    until(lambda: not any(map(alive, workers)))


def is_worker(child: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(child.name().startswith("ray::_Actor"))
    return False


def alive(child: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(child.is_running() and child.status() != psutil.STATUS_ZOMBIE)
    return False


def tmpfs(*steps: str) -> tuple[str, ...]:
    """A shell with a small disk of its own; what is mounted there goes with it."""
    shell = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-ec")
    probe = (*shell, "mount -t tmpfs -o size=16k tmpfs /mnt")
    if not shutil.which("unshare") or subprocess.run(probe, check=False).returncode:
        pytest.skip("this machine lets nobody but root mount a disk")
    return (*shell, "\n".join(steps))


def test_a_full_disk_is_one_clear_line_and_what_is_finished_stays(tmp_path: Path) -> None:
    names = tuple(f"call-{at:02}" for at in range(12))
    folder = Folder(tmp_path, names=names)
    run = " ".join((*RUN, "run", OUT.name))
    said = folder.run(
        *tmpfs(
            "mkdir -p data/finished",
            "mount -t tmpfs -o size=32k tmpfs data/finished",
            f"{run} && exit 9",
            "ls data/finished/entries/*/* | wc -l",
            "mount -o remount,size=1m data/finished",
            run,
        )
    )
    assert "error: data/finished: cannot be written (No space left on device); make room" in said
    assert "Traceback" not in said
    kept, *_ = said.splitlines()
    assert 3 <= int(kept) <= 8, said
    assert f"{kept} of 12 recordings taken from data/finished" in said
    calls = folder.calls()
    assert sorted({*calls}) == sorted(names)
    assert len(calls) == 13  # only the one that found no room


def test_a_disk_without_any_room_is_one_clear_line(tmp_path: Path) -> None:
    said = Folder(tmp_path).run(
        *tmpfs(
            "mkdir -p data/finished",
            "mount -t tmpfs -o size=4k tmpfs data/finished",
            "head -c 4096 /dev/zero > data/finished/other",
            " ".join((*RUN, "run", OUT.name)),
        ),
        status=1,
    )
    assert said.startswith("error: data/finished: cannot be written (No space left on device)")
    assert said.count("\n") == 1


def test_a_log_that_does_not_fit_leaves_the_earlier_one(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    run = " ".join((*RUN, "run", OUT.name))
    said = folder.run(
        *tmpfs(
            "mkdir -p data/events",
            "mount -t tmpfs -o size=1m tmpfs data/events",
            run,
            "md5sum data/events/*/* > before; grep -v measured before > said",
            "mount -o remount,size=$(( $(du -sk data/events | cut -f1) + 8 ))k data/events",
            f"{run} && exit 9",
            "md5sum -c before; ls data/events/*",
            "mount -o remount,size=1m data/events",
            run,
            "md5sum -c said",
        )
    )
    assert f"error: {OUT}: cannot be written (No space left on device); make room" in said
    assert "Traceback" not in said
    assert said.count("events.parquet: OK") == 2
    assert ".partial" not in said
    assert said.count("3 of 3 recordings taken") == 1


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


def test_choices_on_the_command_line_take_the_place_of_params_yaml(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    def record(settings: Config, name: str) -> stream.Recorded:
        seen.extend((name, settings.clock.name, settings.cluster.address))
        return stream.Recorded(1, [], {})

    chosen = ["clock=profile", "cluster.address=HOST:6379"]
    monkeypatch.setattr(stream, "record", record)
    monkeypatch.setattr(sys, "argv", ["stream", "--system", "offline", *chosen])
    assert stream.main() == 0
    assert seen == ["offline", "profile", "HOST:6379"]
    assert capsys.readouterr().out == "offline: 1 recordings, 0 failed\n"
