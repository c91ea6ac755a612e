"""A run whose machine has its time of day set moves no moment."""

from __future__ import annotations

import time
from itertools import count, pairwise
from pathlib import Path

import pytest

from streamwer.config.cluster import ClusterConfig
from streamwer.config.compose import load_config
from streamwer.config.experiment import build_system
from streamwer.runners.streaming import stream_recordings
from tests.runners.several_nodes import short_calls


@pytest.mark.parametrize("clock", ["measured", "wall"])
def test_a_clock_that_jumps_moves_no_moment(
    clock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of day goes back and forth by hours, as where it is set: nothing is timed by it."""
    calls = short_calls(tmp_path, count=1)
    shifts = count()
    honest = time.time
    monkeypatch.setattr(time, "time", lambda: honest() + 7200 * (-1) ** next(shifts))
    settings = load_config(["policy=prefix_agreement", f"clock={clock}"])
    system = build_system(settings, "prefix_agreement")
    outcome = stream_recordings(calls, system, ClusterConfig(name="local"))
    assert not outcome.failures
    moments = [(each.ready, each.start, each.emitted) for each in outcome.steps]
    assert all(ready <= start <= emitted for ready, start, emitted in moments)
    assert all(one[2] <= other[2] for one, other in pairwise(moments))
    assert moments[-1][2] < calls[0].seconds + 600
