"""A Ray of our own: it may fail to start, be kept for several runs, and ends with the last."""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path

import pytest
import ray

from streamwer.errors import ClusterError
from streamwer.runners import ray_session
from streamwer.runners.pool import run_jobs
from streamwer.runners.ray_session import keep_ray_running
from streamwer.runners.ray_workers import RayWorkers
from tests.runners.workers import ScriptedWorker, jobs

pytestmark = pytest.mark.ray


def workers(log: Path) -> RayWorkers:
    return RayWorkers(partial(ScriptedWorker, log), count=2, cpus=1, timeout_s=60.0)


def test_one_that_cannot_start_is_one_error_and_the_next_can_and_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sockets have long paths, and the system allows no more than a hundred characters."""
    nodes = []
    with keep_ray_running():
        with monkeypatch.context() as patched:
            patched.setenv("RAY_TMPDIR", str(tmp_path / ("long" * 20)))
            with pytest.raises(ClusterError) as error:
                workers(tmp_path / "log")
        assert str(error.value).startswith("Ray cannot start on this machine (")
        assert "\n" not in str(error.value)
        for at in range(2):
            outcome = run_jobs(jobs("fine-1", "fine-2"), workers(tmp_path / str(at)))
            assert len(outcome.steps) == 2
            nodes.append(ray.get_runtime_context().get_node_id())
    assert nodes[0] == nodes[1]
    assert not ray.is_initialized()


def test_one_that_is_too_slow_to_start_is_one_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine that is very busy Ray raises a bare exception; its processes are there."""
    started: list[subprocess.Popen[bytes]] = []

    def init(*_: object, **__: object) -> None:
        started.append(subprocess.Popen(["sleep", "600"]))
        raise Exception("The current node timed out\nduring startup.")

    monkeypatch.setattr(ray_session, "_init_ray", init)
    with pytest.raises(ClusterError, match=r"cannot start .*timed out during startup\.\)"):
        workers(tmp_path / "log")
    started[0].wait(timeout=60)  # it has ended, or this fails
