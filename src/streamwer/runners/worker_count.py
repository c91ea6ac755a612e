"""Count the workers that fit on the nodes of a cluster, and explain where too few fit.

A worker needs one node: four nodes of two cores each hold no worker of three cores.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.errors import ConfigError
from streamwer.runners.hardware import count_cores

_FEW = 8
"""Largest number of nodes that are listed one by one."""


@dataclass(frozen=True)
class NodeCapacity:
    """Cores and GPUs of a node."""

    cpus: int
    gpus: int = 0


@dataclass(frozen=True)
class WorkerNeeds:
    """Resources of one worker.

    Attributes:
        cpus: cores, at least 1.
        gpus: a share of one GPU, or a whole number of them.
    """

    cpus: int
    gpus: float = 0.0

    def count_fitting(self, node: NodeCapacity) -> int:
        """Count the workers that fit on a node."""
        by_cores = node.cpus // self.cpus
        return min(by_cores, self._count_by_gpus(node)) if self.gpus else by_cores

    def _count_by_gpus(self, node: NodeCapacity) -> int:
        if self.gpus > 1:
            return node.gpus // int(self.gpus)
        each = int(1 / self.gpus + 1e-9)  # 1 / 0.1 may lie below 10
        return node.gpus * each


def count_local_workers(wanted: int | None, threads: int, jobs: int) -> int:
    """Count the workers to start on this machine, whether or not they fit.

    Args:
        wanted: `cluster.workers`; None for as many as the cores allow.
        threads: of each worker, at least 1.
        jobs: number of recordings.
    """
    return min(wanted or max(1, count_cores() // threads), max(1, jobs))


def plan_workers(
    wanted: int | None, need: WorkerNeeds, nodes: Sequence[NodeCapacity], jobs: int
) -> int:
    """Choose the number of workers: those wanted, else all that fit; at most one per job.

    Args:
        wanted: `cluster.workers`; None for all that fit.
        need: resources of each.
        nodes: of the cluster.
        jobs: number of recordings.

    Raises:
        ConfigError: fewer fit than are wanted, or none does.
    """
    room = sum(map(need.count_fitting, nodes))
    if room < (wanted or 1):
        raise ConfigError(_explain_shortage(wanted or 1, need, nodes, room))
    return min(wanted or room, max(1, jobs))


def _explain_shortage(
    workers: int, need: WorkerNeeds, nodes: Sequence[NodeCapacity], room: int
) -> str:
    total = f"{need.cpus * workers} cores"
    has = f"{_format_sum([node.cpus for node in nodes])} cores"
    asked, less = f"model.cpu_threads={need.cpus}", "model.cpu_threads"
    if need.gpus:
        asked += f" and cluster.gpus={need.gpus:g}"
        less += " or cluster.gpus"
        total += f" and {need.gpus * workers:g} GPUs"
        has += f" and {_format_sum([node.gpus for node in nodes])} GPUs"
    remedy = f"set cluster.workers={room} or null" if room else f"lower {less}"
    return (
        f"{asked} × cluster.workers={workers} needs {total}, those of one worker on one node;"
        f" nodes have {has}, so at most {room} fit: {remedy}, or add nodes"
    )


def _format_sum(counts: Sequence[int]) -> str:
    """Format counts as a sum: 2+2+4; many nodes in groups: 40×8+10×4."""
    if len(counts) <= _FEW:
        return "+".join(map(str, counts)) or "0"
    return "+".join(f"{times}×{count}" for count, times in Counter(counts).most_common())
