"""As many workers as fit on the nodes, each on one; more are refused before anything waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.errors import ConfigError
from streamwer.runners import worker_count
from streamwer.runners.worker_count import (
    NodeCapacity,
    WorkerNeeds,
    count_local_workers,
    plan_workers,
)

nodes = st.lists(st.builds(NodeCapacity, st.integers(0, 9), st.integers(0, 4)), max_size=6)
shares = st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.5, 1.0, 2.0, 3.0])


def placed_one_by_one(node: NodeCapacity, need: WorkerNeeds) -> int:
    """Workers put on a node until no core is left, or no GPU has the share that is needed."""
    tenths = [10] * node.gpus
    count, cores = 0, node.cpus
    while cores >= need.cpus:
        if need.gpus > 1 and len(tenths) >= need.gpus:
            del tenths[: int(need.gpus)]
        elif need.gpus > 1:
            break
        elif need.gpus:
            share = need.gpus * 10
            free = next((at for at, left in enumerate(tenths) if left >= share), None)
            if free is None:
                break
            tenths[free] -= share
        cores -= need.cpus
        count += 1
    return count


@given(nodes, st.integers(1, 5), shares, st.integers(1, 50))
def test_all_that_fit_are_planned_and_no_more(
    have: list[NodeCapacity], cpus: int, gpus: float, jobs: int
) -> None:
    need = WorkerNeeds(cpus, gpus)
    room = sum(placed_one_by_one(node, need) for node in have)
    if room:
        assert plan_workers(None, need, have, jobs) == min(room, jobs)
        assert plan_workers(room, need, have, jobs) == min(room, jobs)
    with pytest.raises(ConfigError, match=f"at most {room} fit"):
        plan_workers(room + 1, need, have, jobs)


@pytest.mark.parametrize(
    ("wanted", "need", "have", "message"),
    [
        (
            8,
            WorkerNeeds(4),
            [NodeCapacity(2)] * 3,
            "model.cpu_threads=4 × cluster.workers=8 needs 32 cores, those of one worker on one"
            " node; nodes have 2+2+2 cores, so at most 0 fit: lower model.cpu_threads, or add"
            " nodes",
        ),
        (
            None,
            WorkerNeeds(1, 1.0),
            [NodeCapacity(2, 0), NodeCapacity(2, 0)],
            "model.cpu_threads=1 and cluster.gpus=1 × cluster.workers=1 needs 1 cores and 1 GPUs,"
            " those of one worker on one node; nodes have 2+2 cores and 0+0 GPUs, so at most 0"
            " fit: lower model.cpu_threads or cluster.gpus, or add nodes",
        ),
        (
            500,
            WorkerNeeds(4),
            [NodeCapacity(8)] * 40 + [NodeCapacity(4)] * 10,
            "model.cpu_threads=4 × cluster.workers=500 needs 2000 cores, those of one worker on"
            " one node; nodes have 40×8+10×4 cores, so at most 90 fit: set cluster.workers=90 or"
            " null, or add nodes",
        ),
    ],
    ids=["none fits", "no GPU", "many nodes"],
)
def test_the_refusal_shows_the_arithmetic(
    wanted: int | None, need: WorkerNeeds, have: list[NodeCapacity], message: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        plan_workers(wanted, need, have, jobs=1000)
    assert str(refused.value) == message


def test_without_recordings_there_is_one_worker_to_say_what_it_is() -> None:
    assert plan_workers(None, WorkerNeeds(1), [NodeCapacity(4)], jobs=0) == 1


@pytest.mark.parametrize(
    ("wanted", "threads", "jobs", "expected"),
    [(None, 1, 100, 8), (None, 3, 100, 2), (None, 9, 100, 1), (20, 3, 100, 20), (20, 3, 5, 5),
     (None, 1, 0, 1)],
)  # fmt: skip
def test_this_machine_is_asked_for_what_is_wanted_or_what_its_cores_allow(
    wanted: int | None, threads: int, jobs: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_count, "count_cores", lambda: 8)
    assert count_local_workers(wanted, threads, jobs) == expected
