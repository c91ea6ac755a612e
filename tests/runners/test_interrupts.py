"""An interrupt that is put off comes at the end, and is not lost; a second one is at once."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from streamwer.runners import ray_session
from streamwer.runners.interrupts import defer_interrupt, reraise_interrupt
from tests.patience import PATIENCE_S


def interrupt_work(times: int, done: list[str], error: Exception | None = None) -> None:
    with defer_interrupt():
        for _ in range(times):
            signal.raise_signal(signal.SIGINT)
        if error:
            raise error
        done.append("block")


def test_it_comes_when_the_block_is_done() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        interrupt_work(1, done)
    assert done == ["block"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_one_does_not_wait() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        interrupt_work(2, done)
    assert not done
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_of_the_block_is_told_in_its_place() -> None:
    with pytest.raises(ZeroDivisionError):
        interrupt_work(1, [], ZeroDivisionError())


@pytest.mark.parametrize("made", [None, RuntimeError("cannot start")])
def test_one_that_is_not_lost_comes_whatever_the_block_makes_of_it(made: Exception | None) -> None:
    """As a callback from C, whose errors nobody raises, or one who says it in his own words."""
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        swallow(done, made)
    assert done == ([] if made else ["block"])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def swallow(done: list[str], made: Exception | None) -> None:
    with reraise_interrupt():
        try:
            signal.raise_signal(signal.SIGINT)
            done.append("what comes after")
        except KeyboardInterrupt:
            if made:
                raise made from None
        done.append("block")


def test_one_that_is_not_lost_may_have_to_wait() -> None:
    moments, done = [False, False, True], list[int]()
    with pytest.raises(KeyboardInterrupt):
        press_on(moments, done)
    assert done == [2, 1]


def press_on(moments: list[bool], done: list[int]) -> None:
    with reraise_interrupt(lambda: moments.pop(0)):
        while moments:
            signal.raise_signal(signal.SIGINT)
            done.append(len(moments))


def test_an_error_without_one_is_as_it_was() -> None:
    with pytest.raises(ZeroDivisionError), reraise_interrupt():
        raise ZeroDivisionError


def test_of_a_ray_that_is_half_there_the_processes_of_its_processes_end_too() -> None:
    """Its agents would look for the one that started them for a minute."""
    agent = "import time; print(flush=True); time.sleep(60)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {agent!r}])"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()  # the agent is up
        raylet = psutil.Process(process.pid)
        (theirs,) = raylet.children()
        ray_session._kill_processes([raylet])
        psutil.wait_procs([theirs], timeout=10)
        assert not theirs.is_running() or theirs.status() == psutil.STATUS_ZOMBIE


def test_where_it_is_ignored_or_never_comes_nothing_changes() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with defer_interrupt():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    with defer_interrupt():
        pass

    def elsewhere() -> str:
        with defer_interrupt():
            return "done"

    with ThreadPoolExecutor() as pool:
        assert pool.submit(elsewhere).result(PATIENCE_S) == "done"
