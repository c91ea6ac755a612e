"""How long a test waits for what has to come, on a machine however busy."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 120.0


def until(condition: Callable[[], object], what: str = "it") -> None:
    """Look again and again, until it would be a failure."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true in {PATIENCE_S:g} s"
        time.sleep(0.05)
