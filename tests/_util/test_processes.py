"""Whether a process of a number still runs, and what this one took."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time

import pytest

from streamwer._util import processes
from streamwer.errors import ConfigError


def test_this_one_does_and_one_that_cannot_be_does_not() -> None:
    assert processes.is_alive(str(os.getpid()))
    assert not processes.is_alive(str(2**22))  # more than Linux gives
    assert not processes.is_alive("none")


def test_what_another_host_writes_is_left_over_after_a_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There may be a process of the same number here, and another there."""
    mine, now, yesterday = processes.get_process_name(), time.time(), time.time() - 100_000
    assert not processes.is_stale(mine, yesterday)
    monkeypatch.setattr(platform, "node", lambda: "else-where.example")
    assert processes.get_process_name() != mine
    assert (processes.is_stale(mine, now), processes.is_stale(mine, yesterday)) == (False, True)
    ended = processes.get_process_name().replace(str(os.getpid()), str(2**22))
    assert processes.is_stale(ended, now)


def test_the_peak_is_in_megabytes_and_stays_when_the_memory_is_given_back() -> None:
    taken = b"x" * (300 << 20)
    del taken
    assert 300 <= processes.read_peak_memory_mb() < 100_000


@pytest.mark.parametrize(
    ("while_tidying_up", "told"),
    [(AttributeError(), KeyboardInterrupt), (OSError(28, "full"), ConfigError)],
)
def test_an_error_that_ctrl_c_has_led_to_is_ctrl_c_but_one_of_the_system_is_told(
    while_tidying_up: Exception, told: type[BaseException]
) -> None:
    with pytest.raises(told), processes.unify_interrupts():
        _broken_off(while_tidying_up)


def _broken_off(error: Exception) -> None:
    try:
        try:
            raise KeyboardInterrupt
        finally:
            raise error
    except type(error) as cause:
        raise ConfigError("no such key") from cause


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells it apart")
def test_the_peak_of_a_process_is_not_that_of_the_one_that_started_it() -> None:
    taken = b"x" * (300 << 20)
    asked = [
        sys.executable,
        "-c",
        "from streamwer._util import processes; print(processes.read_peak_memory_mb())",
    ]
    told = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=120).stdout
    assert 0 < int(told) < len(taken) >> 20
