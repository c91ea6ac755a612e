"""What nodes with another processor gave is taken where their cluster is joined, not elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from streamwer.config.cluster import ClusterConfig
from streamwer.config.compose import load_config
from streamwer.config.experiment import SystemConfig, build_system
from streamwer.runners import hardware, streaming
from streamwer.runners.cache.caching import CachedRun
from streamwer.runners.cache.store import ResultStore
from streamwer.runners.pool import JobResult
from streamwer.runners.worker import Job
from streamwer.types import Step
from tests.datasets.recordings import clip
from tests.runners.cache.calls import make_steps

HERE = ClusterConfig("ray")
JOINED = ClusterConfig("ray", address="head:6379")
OTHER = ClusterConfig("ray", address="other:6379")
NAMES = ("anna", "bert")


class Runs:
    """Runs of one system on nodes of which each says its processor in every word."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.nodes = folder, dict.fromkeys(NAMES, "")
        self.jobs = [
            Job(name, clip(folder / f"{name}.flac", seed=len(name)), 0.5) for name in NAMES
        ]
        self.system = build_system(
            load_config(["model=reference", "clock=unaware"]), "local_agreement"
        )

    def stream_with_callback(
        self,
        jobs: Sequence[Job],
        system: SystemConfig,
        cluster: ClusterConfig,
        take: Callable[[JobResult], None],
    ) -> dict[str, Any]:
        for job in jobs:
            node = self.nodes[job.recording]
            steps, facts = make_steps(job.recording, node), {"hardware": f"{node} (2 cores)"}
            take(JobResult(0, job, steps=steps, facts=facts))
        return {}

    def said(self, where: ClusterConfig, *nodes: str, resume: bool = True) -> tuple[int, list[str]]:
        """How many recordings were taken from the store, and what each one's log says."""
        self.nodes, words = dict(zip(NAMES, nodes, strict=True)), []

        def write(recordings: Iterator[Sequence[Step]]) -> None:
            words.extend(steps[0].update.committed[0].text for steps in recordings)

        store = ResultStore(self.folder / "kept", 10**9, print)
        kept = CachedRun("mine", self.folder / "out", self.system, where, store, resume)
        kept.stream(self.jobs, write)
        return kept.reused, words


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    made = Runs(tmp_path)
    monkeypatch.setattr(hardware, "name_processor", lambda: "EPYC")
    monkeypatch.setattr(streaming, "stream_with_callback", made.stream_with_callback)
    return made


def test_only_what_our_processor_gave_serves_a_run_without_the_cluster(runs: Runs) -> None:
    assert runs.said(JOINED, "EPYC", "Xeon") == (0, ["EPYC", "Xeon"])
    assert runs.said(OTHER, "Arm", "Arm") == (1, ["EPYC", "Arm"])
    assert runs.said(HERE, "Power", "EPYC") == (1, ["EPYC", "EPYC"])


def test_a_run_on_the_same_cluster_goes_on_whatever_its_processors(runs: Runs) -> None:
    runs.said(JOINED, "Arm", "Xeon")
    assert runs.said(JOINED, "EPYC", "EPYC") == (2, ["Arm", "Xeon"])


def test_a_run_that_takes_nothing_takes_nothing_of_our_processor_either(runs: Runs) -> None:
    runs.said(HERE, "EPYC", "EPYC")
    assert runs.said(JOINED, "Xeon", "Arm", resume=False) == (0, ["Xeon", "Arm"])


@pytest.mark.parametrize("name", ["EPYC", "Intel(R) Xeon(R) CPU @ 2.20GHz"])
@pytest.mark.parametrize("count", [1, 64])
def test_the_processor_is_found_in_what_is_told_of_a_machine(
    name: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "name_processor", lambda: name)
    monkeypatch.setattr(hardware, "_read_gpu_names", lambda: ["NVIDIA (8 cores)"])
    for device in ("cpu", "cuda"):
        assert hardware.parse_processor(hardware.describe_hardware(device, count)) == name
    assert hardware.parse_processor(name) == ""
