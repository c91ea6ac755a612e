"""Three Ray nodes on this machine: what differs between nodes is found, and a node may die."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import ray

import streamwer
from streamwer import audio, eventlog
from streamwer.config.cluster import ClusterConfig
from streamwer.config.compose import load_config
from streamwer.config.experiment import SystemConfig, build_system
from streamwer.errors import ClusterError, ConfigError
from streamwer.runners import actor_pool, model_transfer, ray_session
from streamwer.runners.pool import RunOutcome, run_jobs
from streamwer.runners.ray_session import keep_ray_running
from streamwer.runners.ray_workers import RayWorkers
from streamwer.runners.run_log import make_event_log
from streamwer.runners.streaming import stream_recordings
from streamwer.runners.worker import Job
from tests.patience import PATIENCE_S
from tests.runners.several_nodes import Nodes, Standing, Staying, short_calls
from tests.runners.workers import ScriptedWorker, jobs

pytestmark = pytest.mark.ray
LOCAL = ClusterConfig(name="local")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def standing(cache: Path) -> Iterator[Standing]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))  # of the nodes, which get it from here
        patch.setenv("GRPC_ENABLE_FORK_SUPPORT", "false")  # docs/cluster.md says why
        patch.setenv("PYTHONPATH", str(Path.cwd()))  # a client's workers look for the tests' there
        with closing(Standing()) as standing, keep_ray_running():
            yield standing


@pytest.fixture
def nodes(standing: Standing) -> Nodes:
    """All three."""
    return standing.whole()


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[Job]:
    return short_calls(tmp_path_factory.mktemp("calls"), count=6)


@pytest.fixture(scope="module")
def undisturbed(calls: list[Job], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The log of a run in this process."""
    folder = tmp_path_factory.mktemp("undisturbed")
    return write_log(folder, stream_recordings(calls, chosen(), LOCAL))


def chosen(*overrides: str) -> SystemConfig:
    settings = load_config(
        ["model=reference", "clock=profile", "policy=prefix_agreement", *overrides]
    )
    return build_system(settings, "prefix_agreement")


def write_log(folder: Path, outcome: RunOutcome) -> bytes:
    eventlog.write_log(folder, make_event_log(outcome, chosen(), "aa"))
    return (folder / "events.parquet").read_bytes()


def configure_cluster(address: str, **values: Any) -> ClusterConfig:
    return ClusterConfig(**({"name": "ray", "address": address} | values))


def test_a_client_gets_the_same_log_with_audio_and_model_sent(
    nodes: Nodes, cache: Path, calls: list[Job], undisturbed: bytes, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The nodes see neither: they keep the model that is sent, and hear what the driver read."""
    honest, read = model_transfer.pack_model, audio.read_contents

    def elsewhere(*args: Any) -> model_transfer.ModelPackage | None:
        model = honest(*args)
        return model and replace(model, folder=Path("/nowhere/reference"))

    def away(path: Path) -> bytes:
        contents = read(path)
        path.unlink()
        return contents

    monkeypatch.setattr(model_transfer, "pack_model", elsewhere)
    monkeypatch.setattr(audio, "read_contents", away)
    gone = [replace(call, audio=Path(shutil.copy(call.audio, tmp_path))) for call in calls]
    workers = actor_pool.create_actor_pool(
        len(calls), chosen(), configure_cluster(nodes.client, workers=3)
    )
    assert write_log(tmp_path, run_jobs(gone, workers)) == undisturbed
    kept = [file.name for file in cache.glob("streamwer/models/*/*")]
    assert "model.bin" in kept
    assert "tokenizer.json" in kept


def test_what_does_not_fit_is_refused_with_the_arithmetic(nodes: Nodes) -> None:
    two_threads = chosen("model.cpu_threads=2", "clock=unaware")
    with pytest.raises(ConfigError, match=r"needs 6 cores.*nodes have 2\+1\+1 cores.*most 1 fit"):
        actor_pool.create_actor_pool(9, two_threads, configure_cluster(nodes.address, workers=3))


def test_a_worker_with_a_gpu_goes_where_one_is(nodes: Nodes) -> None:
    """Two of the four cores share it; the others are on nodes that have none."""
    on_gpu = chosen("model.device=cuda", "clock=unaware")
    workers = actor_pool.create_actor_pool(
        9, on_gpu, configure_cluster(nodes.address, gpus=0.5), build=Seeing
    )
    try:
        assert workers.list_idle() == [0, 1]
        assert workers.facts()["visible"] == "0"
        assert "py_modules" in workers.facts()["code"]  # what came with the run, not what is here
    finally:
        workers.close()


def test_no_free_place_is_an_error_in_time(nodes: Nodes) -> None:
    ray_session.join(nodes.address, 0)
    hogs = [ray.remote(num_cpus=1)(Hog).remote() for _ in range(4)]
    ray.get([hog.settled.remote() for hog in hogs], timeout=PATIENCE_S)
    with pytest.raises(ClusterError, match=r"start_timeout_s=2 s.*cores of one node.*0 cores are"):
        actor_pool.create_actor_pool(
            1, chosen(), configure_cluster(nodes.address, start_timeout_s=2.0)
        )
    for hog in hogs:
        ray.kill(hog)


def test_no_worker_left_is_an_error_and_what_is_finished_was_handed_over(
    nodes: Nodes, tmp_path: Path
) -> None:
    ended: list[str] = []
    once = partial(Once, tmp_path / "log")
    workers = RayWorkers(once, count=1, cpus=1, timeout_s=60.0, address=nodes.address)
    with pytest.raises(ClusterError, match="no worker is left: ValueError: only one"):
        run_jobs(jobs("fine", "poison", "good"), workers, lambda job: ended.append(job.recording))
    assert ended == ["good"]


def test_a_lost_node_changes_nothing_in_the_log(
    nodes: Nodes, calls: list[Job], undisturbed: bytes, tmp_path: Path
) -> None:
    """Its successor has no place: the run goes on with the others, and ends complete."""
    notes = tmp_path / "notes"
    notes.mkdir()
    build = partial(Staying, notes=notes, head=nodes.cluster.head_node.node_id)
    killed: list[str] = []

    def kill(_: Job) -> None:
        staying = notes / "staying"
        if not killed and staying.exists():
            killed.append(staying.read_text())
            nodes.kill(killed[0])

    workers = actor_pool.create_actor_pool(
        len(calls), chosen(), configure_cluster(nodes.address, workers=4), build
    )
    outcome = run_jobs(calls, workers, kill)
    begun = (notes / "begun").read_text().split()
    assert killed
    assert len(begun) > len(calls)
    assert not outcome.failures
    assert write_log(tmp_path / "log", outcome) == undisturbed


def test_a_head_that_dies_is_one_error_for_its_client(
    standing: Standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here at the end, since nothing is left of the cluster and the next would wait for another."""
    nodes = standing.with_head()
    monkeypatch.setenv("RAY_CLIENT_RECONNECT_GRACE_PERIOD", "1")
    build = partial(ScriptedWorker, tmp_path / "log")
    workers = RayWorkers(build, count=1, cpus=1, timeout_s=60.0, address=nodes.client)
    with pytest.raises(ClusterError, match="the connection to the cluster is lost"):
        run_jobs(jobs("fine-1", "fine-2"), workers, lambda _: nodes.lose_head())
    with pytest.raises(ClusterError, match="no Ray answers there"):  # the next run of a sweep
        RayWorkers(build, count=1, cpus=1, timeout_s=60.0, address=nodes.client)


class Once(ScriptedWorker):
    """Can be built a single time."""

    def __init__(self, log: Path) -> None:
        super().__init__(log)
        try:
            log.touch(exist_ok=False)
        except FileExistsError:
            raise ValueError("only one") from None


class Hog:
    """Takes up the core of somebody else's job."""

    def settled(self) -> None:
        pass


class Seeing(ScriptedWorker):
    """Tells which GPUs it may use, and where its code is from."""

    def __init__(self, system: SystemConfig) -> None:
        super().__init__(Path(os.devnull))

    def facts(self) -> dict[str, Any]:
        return {
            "visible": os.environ.get("CUDA_VISIBLE_DEVICES", ""),
            "code": streamwer.__file__,
        }
