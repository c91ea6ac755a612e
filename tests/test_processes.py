"""Whether a process of a number still runs, and what this one took."""

from __future__ import annotations

import os

from streamwer import processes


def test_this_one_does_and_one_that_cannot_be_does_not() -> None:
    assert processes.alive(str(os.getpid()))
    assert not processes.alive(str(2**22))  # more than Linux gives
    assert not processes.alive("none")


def test_the_peak_is_in_megabytes_and_stays_when_the_memory_is_given_back() -> None:
    taken = b"x" * (300 << 20)
    del taken
    assert 300 <= processes.peak_mb() < 100_000
