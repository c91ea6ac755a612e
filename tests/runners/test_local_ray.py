"""A Ray of our own is reached by nobody else, leaves nothing, and when it dies it is said."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from streamwer.errors import ClusterError
from streamwer.runners import ray_session
from streamwer.runners.local_ray import make_local_ray
from streamwer.runners.pool import run_jobs
from streamwer.runners.ray_session import keep_ray_running
from streamwer.runners.ray_workers import RayWorkers
from tests.runners.workers import ScriptedWorker, jobs

pytestmark = pytest.mark.ray

LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One Ray for all that is asked here, of a user who has no home."""
    home = tmp_path_factory.mktemp("x") / "none"
    with pytest.MonkeyPatch.context() as patch, keep_ray_running():
        patch.setenv("HOME", str(home))
        patch.delenv("RAY_AUTH_MODE", raising=False)
        yield home
    assert ray_session._session.local_ray is None


def workers(log: Path) -> RayWorkers:
    return RayWorkers(partial(ScriptedWorker, log), count=1, cpus=1, timeout_s=600.0)


@pytest.mark.usefixtures("home")
def test_it_listens_on_the_loopback_interface_alone(tmp_path: Path) -> None:
    assert len(run_jobs(jobs("fine-1"), workers(tmp_path / "log")).steps) == 1
    this = psutil.Process()
    listening = set()
    for process in (this, *this.children(recursive=True)):
        # An idle worker of Ray may end while it is being looked at.
        with suppress(psutil.NoSuchProcess):
            listening |= {
                (process.name(), each.laddr.ip)
                for each in process.net_connections()
                if each.status == psutil.CONN_LISTEN
            }
    assert {"raylet", "gcs_server"} <= {name for name, _ in listening}
    assert not [each for each in listening if each[1] not in LOOPBACK]


def test_it_keeps_its_token_in_the_environment_and_its_files_to_itself(
    home: Path, tmp_path: Path
) -> None:
    run_jobs(jobs("fine-1"), workers(tmp_path / "log"))
    ours = ray_session._session.local_ray
    assert ours
    assert stat.S_IMODE(ours.folder.stat().st_mode) & 0o077 == 0
    assert list(ours.folder.iterdir())
    assert len(os.environ["RAY_AUTH_TOKEN"]) >= 32
    assert not home.exists()


@pytest.mark.usefixtures("home")
def test_when_its_raylet_dies_that_is_the_error_and_nothing_is_left(tmp_path: Path) -> None:
    """It is killed as the recording begins, which then would be waited for for ten minutes."""
    crew = workers(tmp_path / "log")
    ours = ray_session._session.local_ray
    assert ours
    ours.processes["raylet"].kill()
    with pytest.raises(ClusterError, match=r"the Ray of this run has died \(raylet was ended"):
        run_jobs(jobs("hanging"), crew)
    assert not ours.folder.exists()
    assert "RAY_AUTH_TOKEN" not in os.environ
    assert ray_session._session.local_ray is None


def test_the_folder_of_a_killed_driver_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    living = make_local_ray()
    left, fresh = tmp_path / "sw-left", tmp_path / "sw-fresh"
    for folder in (living.folder, left, fresh):
        (folder / "r").mkdir(parents=True)
    for folder in (living.folder, left):
        os.utime(folder / "r", (0, 0))
    following = make_local_ray()
    assert set(tmp_path.iterdir()) == {living.folder, fresh, following.folder}
    following.close()
    living.close()
    assert set(tmp_path.iterdir()) == {fresh}
