"""Whether a process of a number still runs."""

from __future__ import annotations

import os

from streamwer import processes


def test_this_one_does_and_one_that_cannot_be_does_not() -> None:
    assert processes.alive(str(os.getpid()))
    assert not processes.alive(str(2**22))  # more than Linux gives
    assert not processes.alive("none")
