"""Waiting for a core is counted where something competes for it, and nowhere else."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from streamwer.provenance import contention
from streamwer.runners import cpu_contention
from streamwer.runners.core_reservation import CoreReservation
from streamwer.runners.cpu_contention import CpuContentionMonitor
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.skipif(
    not os.path.exists("/proc/self/schedstat"),  # noqa: PTH110 - a file of the kernel
    reason="this system does not count waiting",
)


def compute(seconds: float) -> float:
    """Keep a core busy for so long by the thread's own clock; what that clock counted."""
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass
    return time.thread_time() - began


@contextmanager
def competitor(core: int) -> Iterator[None]:
    """A process that wants a core all the time."""
    code = f"import os; os.sched_setaffinity(0, {{{core}}}); print(flush=True)\nwhile True: pass"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()  # it is up
    try:
        yield
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


@pytest.fixture
def place() -> Iterator[CoreReservation]:
    """One core, for this thread alone as far as this test can tell."""
    machine = frozenset(os.sched_getaffinity(0))
    own = frozenset({max(machine)})
    os.sched_setaffinity(0, own)
    yield CoreReservation(machine, own)
    os.sched_setaffinity(0, machine)


def test_a_competitor_makes_a_run_contended(place: CoreReservation) -> None:
    watch = CpuContentionMonitor(place)
    with competitor(*place.own_cores), watch.measure():
        compute(0.8)
    machine = contention.assess_contention(watch.facts())
    assert machine[contention.SHARE] > 0.25  # a half, where the two are served alike
    assert machine[contention.CONTENDED]
    assert contention.is_contended(machine)


def test_threads_of_a_worker_that_share_its_core_do_not_make_it_contended(
    place: CoreReservation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the thread of the model and the one that asks it: what one waits, the other runs."""
    monkeypatch.setattr(
        cpu_contention, "_read_core_times", lambda own: (time.process_time(), 0.0)
    )  # for no other
    watch = CpuContentionMonitor(place)
    with ThreadPoolExecutor(2) as pool, watch.measure():
        # In C and without the lock of the interpreter, so that both are ready all the time.
        list(pool.map(lambda _: hashlib.pbkdf2_hmac("sha256", b"", b"", 3_000_000), range(2)))
    machine = contention.assess_contention(watch.facts())
    assert ran(watch) > 0.1
    assert machine[contention.SHARE] < contention.LIMIT
    assert not machine[contention.CONTENDED]


def test_of_a_core_its_work_for_whomever_and_what_was_stolen_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fields as in proc(5): user, nice, system, idle, iowait, irq, softirq, steal, guest."""
    told = tmp_path / "stat"
    told.write_text("cpu 9 9 9 9\ncpu1 100 20 3 5000 600 40 5 70 8 9\ncpu11 1 1 1 1 1 1 1 1 1 1\n")
    monkeypatch.setattr(cpu_contention, "_CORES", told)
    second = os.sysconf("SC_CLK_TCK")
    assert cpu_contention._read_core_times(frozenset({1})) == (168 / second, 70 / second)
    assert cpu_contention._read_core_times(frozenset()) == (0.0, 0.0)


def ran(watch: CpuContentionMonitor) -> float:
    (spent,) = watch.facts()[contention.SPENT].values()
    return float(spent[0])


def test_running_is_what_the_thread_clock_counts_and_sleep_is_no_waiting(
    place: CoreReservation,
) -> None:
    watch = CpuContentionMonitor(place)
    with watch.measure():
        computed = compute(0.2)
    assert ran(watch) == pytest.approx(computed, abs=0.05)
    with watch.measure():
        time.sleep(0.3)
    assert ran(watch) == pytest.approx(computed, abs=0.1)
    compute(0.2)  # of what is done outside nothing is counted
    assert ran(watch) < computed + 0.1


def test_threads_that_are_kept_to_no_core_of_the_worker_are_none_of_its_own(
    place: CoreReservation,
) -> None:
    watch = CpuContentionMonitor(CoreReservation(place.machine_cores, frozenset({10**4})))
    with watch.measure():
        compute(0.05)
    assert contention.SPENT not in watch.facts()
