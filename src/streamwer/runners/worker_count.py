"""How many workers fit on the nodes of a cluster, and the arithmetic where they do not.

A worker lives on one node: four nodes of two cores hold no worker of three, whatever their sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from streamwer.errors import ConfigError
from streamwer.runners.hardware import cores

_FEW = 8
"""So many nodes are listed one by one."""


@dataclass(frozen=True)
class Node:
    """What a node has."""

    cpus: int
    gpus: int = 0


@dataclass(frozen=True)
class Need:
    """What one worker needs.

    Attributes:
        cpus: cores, at least 1.
        gpus: a share of one GPU, or a whole number of them.
    """

    cpus: int
    gpus: float = 0.0

    def fit(self, node: Node) -> int:
        """How many workers a node holds."""
        by_cores = node.cpus // self.cpus
        return min(by_cores, self._by_gpus(node)) if self.gpus else by_cores

    def _by_gpus(self, node: Node) -> int:
        if self.gpus > 1:
            return node.gpus // int(self.gpus)
        each = int(1 / self.gpus + 1e-9)  # 1 / 0.1 may lie below 10
        return node.gpus * each


def here(wanted: int | None, threads: int, jobs: int) -> int:
    """The number of workers this machine is asked for, whether or not they fit.

    Args:
        wanted: `cluster.workers`; None is as many as its cores allow.
        threads: of each worker, at least 1.
        jobs: number of recordings.
    """
    return min(wanted or max(1, cores() // threads), max(1, jobs))


def planned(wanted: int | None, need: Need, nodes: Sequence[Node], jobs: int) -> int:
    """The number of workers: those wanted, else all that fit, but none without a recording.

    Args:
        wanted: `cluster.workers`.
        jobs: number of recordings.

    Raises:
        ConfigError: fewer fit than are wanted, or none does.
    """
    room = sum(map(need.fit, nodes))
    if room < (wanted or 1):
        raise ConfigError(_arithmetic(wanted or 1, need, nodes, room))
    return min(wanted or room, max(1, jobs))


def _arithmetic(workers: int, need: Need, nodes: Sequence[Node], room: int) -> str:
    total = f"{need.cpus * workers} cores"
    has = f"{_sum([node.cpus for node in nodes])} cores"
    asked, less = f"model.cpu_threads={need.cpus}", "model.cpu_threads"
    if need.gpus:
        asked += f" and cluster.gpus={need.gpus:g}"
        less += " or cluster.gpus"
        total += f" and {need.gpus * workers:g} GPUs"
        has += f" and {_sum([node.gpus for node in nodes])} GPUs"
    remedy = f"set cluster.workers={room} or null" if room else f"lower {less}"
    return (
        f"{asked} × cluster.workers={workers} needs {total}, those of one worker on one node;"
        f" nodes have {has}, so at most {room} fit: {remedy}, or add nodes"
    )


def _sum(counts: Sequence[int]) -> str:
    """As a sum: 2+2+4; of many nodes in groups: 40×8+10×4."""
    if len(counts) <= _FEW:
        return "+".join(map(str, counts)) or "0"
    return "+".join(f"{times}×{count}" for count, times in Counter(counts).most_common())
