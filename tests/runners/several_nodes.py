"""A Ray cluster of three nodes on one machine, and a worker that stays to be killed."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ray
from ray.cluster_utils import Cluster

from streamwer import audio
from streamwer.config.experiment import SystemConfig
from streamwer.errors import ClusterError
from streamwer.runners import ray_address, ray_session
from streamwer.runners.worker import Job, Worker
from streamwer.types import Step
from tests.patience import PATIENCE_S, until

STORE = 80 * 2**20
"""Bytes of a node's object store, next to the least that Ray allows."""
CALLS = Path("data/toy_calls")


@dataclass
class Nodes:
    """The addresses of a cluster, and its nodes besides the head; `lost` are those that died."""

    cluster: Cluster
    client: str
    others: list[Any] = field(default_factory=list)
    lost: list[Any] = field(default_factory=list)

    @property
    def address(self) -> str:
        return str(self.cluster.address)

    def add(self, **resources: int) -> None:
        self.others.append(
            self.cluster.add_node(wait=False, object_store_memory=STORE, **resources)
        )

    def kill(self, node_id: str) -> None:
        """As a machine dies: nobody on it says goodbye."""
        node = next(node for node in self.others if node.node_id == node_id)
        self.others.remove(node)
        self._lose(node)

    def lose_head(self) -> None:
        """Likewise; what is left of the cluster is of no use."""
        self._lose(self.cluster.head_node)

    def has_head(self) -> bool:
        return self.cluster.head_node is not None

    def _lose(self, node: Any) -> None:
        self.lost.append(node)
        self.cluster.remove_node(node, allow_graceful=False)


class Standing:
    """The three nodes, started when they are first asked for, and anew after some were lost."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._nodes: Nodes | None = None

    def whole(self) -> Nodes:
        if self._nodes is None or self._nodes.lost:
            return self._anew()
        return self._nodes

    def with_head(self) -> Nodes:
        """Whatever became of the others."""
        if self._nodes is None or not self._nodes.has_head():
            return self._anew()
        return self._nodes

    def close(self) -> None:
        ray_session._stop_ray()  # also where it is kept: before what it is connected to
        self._nodes = None
        self._stack.close()

    def _anew(self) -> Nodes:
        self.close()
        self._nodes = self._stack.enter_context(three_nodes())
        return self._nodes


@contextmanager
def three_nodes() -> Iterator[Nodes]:
    """A head of one core with a door for clients, a node of one core, and one of two and a GPU."""
    port = _free_port()
    head = {"num_cpus": 1, "object_store_memory": STORE, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head | {"ray_client_server_port": port})
    try:
        nodes = Nodes(cluster, f"ray://127.0.0.1:{port}")
        nodes.add(num_cpus=1)
        nodes.add(num_cpus=2, num_gpus=1)
        cluster.wait_for_nodes(PATIENCE_S)
        _await_door(nodes.client)
        yield nodes
    finally:
        cluster.shutdown()


def _free_port() -> int:
    """Below those that the system hands out (Linux): nobody gets it before Ray takes it."""
    for port in range(20_000 + os.getpid() % 10_000, 32_768):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")


def _await_door(client: str) -> None:
    def opens() -> bool:
        try:
            ray_address.resolve_address(client)
        except ClusterError:
            return False
        return True

    until(opens, f"{client} opens")


def short_calls(folder: Path, count: int, seconds: int = 6) -> list[Job]:
    """The beginnings of bundled calls, each a little longer than the one before."""
    jobs = []
    for at, call in enumerate(sorted(CALLS.glob("*.flac"))[:count]):
        path = folder / call.name
        samples = audio.load_audio(call)[: seconds * audio.SAMPLE_RATE + at * audio.HOP]
        audio.write_flac(path, samples)
        jobs.append(Job(call.stem, path.resolve(), audio.samples_to_seconds(len(samples))))
    return jobs


class Staying:
    """The real worker; the first one off the head node stays with its first recording, till killed.

    Args:
        notes: a folder in which that worker notes its node, and each worker what it begins.
        head: id of the node that must not be killed.
    """

    def __init__(self, system: SystemConfig, notes: Path, head: str) -> None:
        self._worker = Worker(system)
        self._notes, self._head = notes, head

    def stream(self, job: Job) -> tuple[Step, ...]:
        with (self._notes / "begun").open("a") as begun:
            begun.write(f"{job.recording}\n")
        node = ray.get_runtime_context().get_node_id()
        if node != self._head and self._is_first(node):
            time.sleep(PATIENCE_S)
        return self._worker.stream(job)

    def facts(self) -> dict[str, Any]:
        return self._worker.facts()

    def _is_first(self, node: str) -> bool:
        try:
            opened = os.open(self._notes / "staying", os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return False
        with os.fdopen(opened, "w") as staying:
            staying.write(node)
        return True
