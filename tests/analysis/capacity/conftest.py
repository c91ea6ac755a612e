"""What the tests of capacity share: calls cost what the script says, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from streamwer.recognisers.stage_timer import NOW


@pytest.fixture(autouse=True)
def stopwatch_that_stands() -> Iterator[None]:
    """Under a load the clock `measured` counts the worker's own time, too: here it has none."""
    reset = NOW.set(lambda: 0.0)
    yield
    NOW.reset(reset)
