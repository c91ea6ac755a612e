"""Workers that are timed share no core, and a core is given back however its worker ends."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streamwer.runners import core_reservation
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system pins no process"
)
_HOLDS = (
    "import sys; from streamwer.runners.core_reservation import reserve_cores;"
    "p = reserve_cores(1); print(*p.own_cores)"
)


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks of the test's own: other tests run at the same time."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(core_reservation, "_PATIENCE_S", 0.1)


def test_a_worker_keeps_to_its_cores_and_gives_them_back() -> None:
    before = os.sched_getaffinity(0)
    with core_reservation.reserve_cores(1) as place:
        assert os.sched_getaffinity(0) == place.own_cores
        assert (len(place.own_cores), place.machine_cores) == (1, before)
        with ThreadPoolExecutor() as pool:  # as a model's own threads are: begun after it
            assert pool.submit(os.sched_getaffinity, 0).result(PATIENCE_S) == place.own_cores
    assert os.sched_getaffinity(0) == before
    with core_reservation.reserve_cores(1) as again:
        assert again.own_cores == place.own_cores


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cores=st.sets(st.integers(0, 40), max_size=12), wants=st.lists(st.integers(1, 5)))
def test_no_core_is_claimed_twice_and_nobody_gets_half(cores: set[int], wants: list[int]) -> None:
    claims = [core_reservation._claim_locks(frozenset(cores), want) for want in wants]
    held = [core for claim in claims for core in claim]
    assert len(held) == len(set(held))
    assert set(held) <= cores
    free = len(cores)
    for want, claim in zip(wants, claims, strict=True):
        assert len(claim) == (want if want <= free else 0)
        free -= len(claim)
    for claim in claims:
        for lock in claim.values():
            os.close(lock)


def test_where_all_cores_are_held_the_worker_stays_free() -> None:
    before = os.sched_getaffinity(0)
    with core_reservation.reserve_cores(len(before)), core_reservation.reserve_cores(1) as late:
        assert (late.own_cores, late.other_cores) == (frozenset(), late.machine_cores)
    assert os.sched_getaffinity(0) == before


def test_locks_in_a_folder_that_somebody_else_made_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, somebody = os.sched_getaffinity(0), os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: somebody)
    with core_reservation.reserve_cores(1) as place:
        assert place.own_cores == frozenset()
        assert os.sched_getaffinity(0) == before
    (folder,) = Path(tempfile.gettempdir()).iterdir()
    assert not list(folder.iterdir())


def test_a_dead_worker_holds_no_core(tmp_path: Path) -> None:
    """As one that was killed: nothing of Python's own tidying is run."""
    code = f"import tempfile; tempfile.tempdir = {str(tmp_path)!r}; {_HOLDS}"
    code += "; sys.stdout.flush(); import os; os.kill(os.getpid(), 9)"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=PATIENCE_S
    )
    assert ended.returncode == -9
    with core_reservation.reserve_cores(1) as place:
        assert place.own_cores == {int(ended.stdout)}


def test_what_must_not_disturb_a_worker_runs_elsewhere() -> None:
    place = core_reservation.CoreReservation(frozenset({0, 1, 2}), frozenset({1}))
    assert place.other_cores == {0, 2}
    assert core_reservation.CoreReservation(frozenset({0}), frozenset({0})).other_cores == {0}


@pytest.mark.parametrize(
    ("siblings", "core", "below"),
    [("0,4", 0, []), ("0,4", 4, [0]), ("2-3", 3, [2]), ("0-1,8-9", 8, [0, 1]), ("7", 7, [])],
)
def test_the_second_thread_of_a_physical_core_is_known(
    siblings: str, core: int, below: list[int]
) -> None:
    assert core_reservation._list_siblings_below(siblings, core) == below
