"""Workers of Ray end with the run that started them, and the next run takes what they finished."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from streamwer.config.compose import load_config
from streamwer.datasets.preparation import prepare_dataset
from tests.patience import PATIENCE_S, until
from tests.pipeline.resumable import ROOT, Folder


@pytest.mark.ray
@pytest.mark.slow
def test_killed_with_ray_and_the_bundled_model_it_gives_what_an_undisturbed_run_gives(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path, names=())
    prepare_dataset(
        load_config(["dataset=toy_calls", "dataset.limit=4"]).dataset, tmp_path / "data/prepared"
    )
    choices = (
        "policy=[prefix_agreement]",
        "model=reference",
        f"model.path={ROOT / 'models/reference'}",
    )
    run = (sys.executable, "-m", "pipeline.stream", "--system", "prefix_agreement")
    folder.set("clock=unaware", "cluster=ray", *choices)
    driver = folder.start(*run)
    until(folder.entries)
    children = psutil.Process(driver.pid).children(recursive=True)
    workers = list(filter(is_worker, children))
    driver.kill()
    killed = time.monotonic()
    driver.communicate(timeout=PATIENCE_S)
    assert workers
    until(lambda: not any(map(alive, workers)))
    assert time.monotonic() - killed < 30  # two seconds on an idle machine
    until(lambda: not any(map(alive, children)))  # by themselves: nobody is left to end them
    kept = len(folder.entries())
    folder.set("clock=unaware", *choices)
    assert f"{kept} of 4 recordings taken from data/finished" in folder.run(*run)
    out = tmp_path / "data/events/prefix_agreement"
    log = {name: (out / name).read_bytes() for name in ("events.parquet", "failures.parquet")}
    folder.set("clock=unaware", "cache.folder=elsewhere", *choices)
    assert "taken from" not in folder.run(*run)
    assert {name: (out / name).read_bytes() for name in log} == log


def is_worker(child: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(child.name().startswith("ray::_Actor"))
    return False


def alive(child: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(child.is_running() and child.status() != psutil.STATUS_ZOMBIE)
    return False
