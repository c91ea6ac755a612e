"""The same promises with real Ray actors that really die."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import ray

from streamwer.cluster import kept
from streamwer.cluster.local import LocalWorkers
from streamwer.cluster.pool import run
from streamwer.cluster.ray_workers import RayWorkers
from streamwer.errors import ClusterError, ConfigError
from tests.cluster.workers import ScriptedWorker, jobs

pytestmark = pytest.mark.ray


def ray_workers(log: Path, timeout_s: float = 60.0) -> RayWorkers:
    return RayWorkers(partial(ScriptedWorker, log), count=2, cpus=1, timeout_s=timeout_s)


def test_dead_and_hanging_workers_are_replaced_and_nothing_is_lost(tmp_path: Path) -> None:
    """One run with every kind of trouble: two actors, one retry each, the others undisturbed."""
    log = tmp_path / "log"
    names = ("fine-1", "broken", "poison", "fragile", "hanging", "bug", "fine-2")
    outcome = run(jobs(*names), ray_workers(log, timeout_s=8.0))
    assert sorted(step.recording for step in outcome.steps) == ["fine-1", "fine-2", "fragile"]
    reasons = {failure.recording: failure.reason for failure in outcome.failures}
    assert sorted(reasons) == ["broken", "bug", "hanging", "poison"]
    assert reasons["broken"] == "broken.flac: the file is empty (0 bytes)"
    assert reasons["bug"].startswith("ZeroDivisionError")
    assert reasons["poison"].startswith("its worker died")
    assert "cluster.timeout_s=8" in reasons["hanging"]
    begun = log.read_text().split()
    assert (begun.count("poison"), begun.count("fragile"), begun.count("broken")) == (2, 2, 1)


def test_ray_and_in_process_give_the_same_steps(tmp_path: Path) -> None:
    names = [f"fine-{i}" for i in range(6)]
    by_ray = run(jobs(*names), ray_workers(tmp_path / "ray"))
    in_process = run(jobs(*names), LocalWorkers(ScriptedWorker(tmp_path / "local")))
    key = lambda step: step.recording  # noqa: E731
    assert sorted(by_ray.steps, key=key) == sorted(in_process.steps, key=key)
    assert by_ray.facts == {"workers": 2, "load_seconds": 0.5}


def test_one_ray_can_be_kept_for_several_runs(tmp_path: Path) -> None:
    nodes = []
    with kept():
        for at in range(2):
            outcome = run(jobs("fine-1", "fine-2"), ray_workers(tmp_path / str(at)))
            assert len(outcome.steps) == 2
            nodes.append(ray.get_runtime_context().get_node_id())
    assert nodes[0] == nodes[1]
    assert not ray.is_initialized()


def test_a_worker_that_cannot_be_built_is_one_error() -> None:
    with pytest.raises(ConfigError, match=r"a worker could not start.*no such model"):
        RayWorkers(_unbuildable, count=1, cpus=1, timeout_s=10.0)


def test_a_ray_that_cannot_start_is_one_error_and_the_next_one_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sockets have long paths, and the system allows no more than a hundred characters."""
    with monkeypatch.context() as patched:
        patched.setenv("RAY_TMPDIR", str(tmp_path / ("long" * 20)))
        with pytest.raises(ClusterError) as error:
            ray_workers(tmp_path / "log")
    assert str(error.value).startswith("Ray cannot start on this machine (")
    assert "\n" not in str(error.value)
    assert len(run(jobs("fine-1"), ray_workers(tmp_path / "log")).steps) == 1


def _unbuildable() -> ScriptedWorker:
    raise ValueError("no such model")
