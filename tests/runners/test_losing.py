"""Workers that hang and a head that is lost, at moments that a real Ray does not meet at will."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
import ray
from ray.exceptions import OutOfMemoryError

from streamwer.errors import ClusterError
from streamwer.runners import ray_session, ray_workers
from streamwer.runners.pool import run_jobs
from streamwer.runners.ray_workers import RayWorkers
from streamwer.runners.worker import Job
from tests.runners.scripted_ray import CUT_OFF, ScriptedRay
from tests.runners.workers import ScriptedWorker, jobs

LOST = r"the connection to the cluster is lost \(client is disconnected\); check that it is up"


def workers(folder: Path, timeout_s: float = 60.0, count: int = 2) -> RayWorkers:
    build = partial(ScriptedWorker, folder / "log")
    return RayWorkers(build, count=count, cpus=1, timeout_s=timeout_s)


def test_a_worker_that_hangs_is_given_up_in_time_though_others_keep_answering(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer of one of them is there whenever the driver, busy with the last, looks."""
    scripted = ScriptedRay(lambda job: math.inf if job.recording == "hanging" else 1.0)
    scripted.stand_in(monkeypatch)
    fine = [f"fine-{i}" for i in range(30)]

    def busy(_: Job) -> None:
        scripted.now += 1.0

    outcome = run_jobs(jobs(*fine, "hanging"), workers(tmp_path, timeout_s=4.0, count=3), busy)
    begun = [at for name, at in scripted.begun if name == "hanging"]
    assert len(begun) == 2
    assert begun[0] == 0.0
    assert begun[1] <= 4.0 + 2.0  # what one answer and what comes after it take
    assert sorted(step.recording for step in outcome.steps) == sorted(fine)
    (failure,) = outcome.failures
    assert failure.reason == "no answer within cluster.timeout_s=4 s"


def test_an_answer_that_is_there_counts_however_late_the_driver_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted = ScriptedRay(lambda job: 3.0)
    scripted.stand_in(monkeypatch)

    def away(_: Job) -> None:
        scripted.now += 100.0

    outcome = run_jobs(jobs("fine-1", "fine-2", "fine-3"), workers(tmp_path, timeout_s=4.0), away)
    assert not outcome.failures
    assert len(scripted.begun) == len(outcome.steps) == 3


def test_only_the_recording_that_takes_too_much_memory_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray ends all actors that there are because of one, those that are idle as well."""
    scripted = ScriptedRay()
    scripted.stand_in(monkeypatch)

    class Squeezed(ray_workers._Actor):
        there: ClassVar[list[Squeezed]] = []
        ended = False

        def start(self) -> None:
            super().start()
            self.there.append(self)

        def stream(self, job: Job, contents: Any) -> Any:
            for actor in self.there if job.recording == "hungry" else ():
                actor.ended = True
            if self.ended:
                raise OutOfMemoryError("memory on the node was low")
            return super().stream(job, contents)

    monkeypatch.setattr(ray_workers, "_Actor", Squeezed)
    outcome = run_jobs(jobs("fine-1", "fine-2", "fine-3", "hungry"), workers(tmp_path, count=3))
    assert {failure.recording for failure in outcome.failures} == {"hungry"}
    assert len(outcome.steps) == 3


def test_a_head_that_is_lost_while_workers_start_is_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted = ScriptedRay()
    scripted.stand_in(monkeypatch)
    scripted.lost = True
    with pytest.raises(ClusterError, match=LOST):
        workers(tmp_path)


def test_a_head_that_is_lost_after_the_last_answer_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted = ScriptedRay()
    scripted.stand_in(monkeypatch)
    names = ["fine-1", "fine-2", "fine-3"]
    left = list(names)

    def ended(job: Job) -> None:
        left.remove(job.recording)
        scripted.lost = not left

    outcome = run_jobs(jobs(*names), workers(tmp_path), ended)
    assert sorted(step.recording for step in outcome.steps) == names
    assert outcome.facts == {"workers": 2, "load_seconds": 0.5}


@pytest.mark.parametrize("call", ["nodes", "put"])
@pytest.mark.parametrize("error", [ConnectionError("cut off"), Exception(CUT_OFF)])
def test_a_head_that_is_lost_before_workers_start_is_one_error(
    call: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(ray, call, lost)
    with pytest.raises(ClusterError, match=r"is lost \((cut off|Ray Client is not connected)\);"):
        ray_session.list_nodes() if call == "nodes" else ray_session.put_bytes(b"")


@pytest.mark.parametrize("error", [Exception("no memory"), RuntimeError(CUT_OFF), OSError("full")])
def test_what_is_no_lost_head_is_not_taken_for_one(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, ray_session.detect_lost_cluster():
        raise error
    assert raised.value is error
