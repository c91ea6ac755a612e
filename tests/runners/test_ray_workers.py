"""The same promises with real Ray actors that really die."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from streamwer.errors import ConfigError
from streamwer.runners.local import LocalWorkers
from streamwer.runners.pool import run_jobs
from streamwer.runners.ray_session import keep_ray_running
from streamwer.runners.ray_workers import RayWorkers
from tests.runners.workers import TIMEOUT_S, ScriptedWorker, jobs

pytestmark = pytest.mark.ray


@pytest.fixture(scope="module", autouse=True)
def one_ray() -> Iterator[None]:
    """Started by the first run, and used by the others."""
    with keep_ray_running():
        yield


def ray_workers(log: Path, timeout_s: float = 60.0) -> RayWorkers:
    return RayWorkers(partial(ScriptedWorker, log), count=2, cpus=1, timeout_s=timeout_s)


def test_dead_and_hanging_workers_are_replaced_and_nothing_is_lost(tmp_path: Path) -> None:
    """With every kind of trouble: two actors, one retry each, the others undisturbed."""
    log = tmp_path / "log"
    names = ("fine-1", "broken", "poison", "fragile", "bug", "fine-2")
    outcome = run_jobs(jobs(*names), ray_workers(log))
    assert sorted(step.recording for step in outcome.steps) == ["fine-1", "fine-2", "fragile"]
    reasons = {failure.recording: failure.reason for failure in outcome.failures}
    assert sorted(reasons) == ["broken", "bug", "poison"]
    assert reasons["broken"] == "broken.flac: the file is empty (0 bytes)"
    assert reasons["bug"].startswith("ZeroDivisionError")
    assert reasons["poison"].startswith("its worker died")
    # With a timeout of its own: how soon a death is noticed is a matter of the machine's load.
    outcome = run_jobs(jobs("fine-3", "hanging", "fine-4"), ray_workers(log, timeout_s=TIMEOUT_S))
    assert sorted(step.recording for step in outcome.steps) == ["fine-3", "fine-4"]
    (failure,) = outcome.failures
    assert (failure.recording, failure.reason) == (
        "hanging",
        f"no answer within cluster.timeout_s={TIMEOUT_S:g} s",
    )
    begun = log.read_text().split()
    assert [begun.count(name) for name in ("poison", "fragile", "hanging")] == [2, 2, 2]
    assert [begun.count(name) for name in ("broken", "bug", "fine-3")] == [1, 1, 1]


def test_ray_and_in_process_give_the_same_steps(tmp_path: Path) -> None:
    names = [f"fine-{i}" for i in range(6)]
    by_ray = run_jobs(jobs(*names), ray_workers(tmp_path / "ray"))
    in_process = run_jobs(jobs(*names), LocalWorkers(ScriptedWorker(tmp_path / "local")))
    key = lambda step: step.recording  # noqa: E731
    assert sorted(by_ray.steps, key=key) == sorted(in_process.steps, key=key)
    assert by_ray.facts == {"workers": 2, "load_seconds": 0.5}


def test_a_worker_that_cannot_be_built_is_one_error() -> None:
    with pytest.raises(ConfigError, match=r"a worker could not start.*no such model"):
        RayWorkers(_unbuildable, count=1, cpus=1, timeout_s=10.0)


def _unbuildable() -> ScriptedWorker:
    raise ValueError("no such model")
