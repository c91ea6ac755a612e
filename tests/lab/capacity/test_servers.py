"""A capacity of a running server: calls that overlap in real time, each with its own words."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest

from lab.capacity.playing import Span
from lab.capacity.servers import ServerWorker
from streamwer.config.experiment import build_served_system
from streamwer.config.load import LoadConfig
from streamwer.servers.adapters.whisperlivekit import WhisperLiveKit
from streamwer.simulation.arrivals import Arrival
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, Word
from tests.servers.fakes import Script, serve_websocket

SAID = Reference("a", "", 0.4, "well hi", words=(Word("well", 0.0, 0.2), Word("hi", 0.2, 0.4)))
SOUND = np.zeros(6400, np.float32)


@pytest.mark.slow
def test_calls_to_a_server_overlap_and_are_figures_of_a_load() -> None:
    script = Script(
        [(0.1, {"lines": [{"text": "well"}]}), (0.3, {"lines": [{"text": "well hi"}]})],
        hello=({"type": "config", "useAudioWorklet": True},),
        goodbye=({"type": "ready_to_stop"},),
    )
    with serve_websocket(script) as url:
        load = LoadConfig(name="together", streams=400)
        system = build_served_system(WhisperLiveKit.Config(url=url, chunk_s=0.2), load)
        worker = ServerWorker(
            system, None, [(SAID, SOUND)], get_normaliser("basic"), Span(0.5, 0.0)
        )
        arrivals = [Arrival(0.0, 0), Arrival(0.3, 0)]
        with closing(worker):
            calls = worker._serve_calls(arrivals, load)
            assert worker.guess == 1
            assert worker.alone["a"].errors == 0
    assert [call.begins for call in calls] == [0.0, 0.3]
    for call in calls:
        shown = [word.text for step in call.steps for word in step.update.committed]
        assert shown == ["well", "hi"]
        assert call.steps[-1].emitted == pytest.approx(0.5, abs=0.15)
