"""Many calls to one server: in turn or at once, with what went wrong in the figures."""

from __future__ import annotations

import os
import time
from functools import partial

import pytest
from websockets.sync.server import ServerConnection

from streamwer.config.load import LoadConfig
from streamwer.errors import StreamwerError
from streamwer.servers.adapters.whisperlivekit import WhisperLiveKit
from streamwer.servers.playing import check_lag, measure_sessions, play_to_server
from streamwer.servers.protocol import ServerError
from streamwer.servers.session import End, Session
from tests.servers.fakes import serve_websocket

HELLO = '{"type": "config", "useAudioWorklet": true}'


class SlowestFirst:
    """A server that greets each call later than the one before, and refuses the fourth."""

    def __init__(self) -> None:
        self.opened: list[float] = []

    def __call__(self, connection: ServerConnection) -> None:
        self.opened.append(time.monotonic())
        number = len(self.opened)
        if number == 4:
            connection.close(1013, "full")
            return
        time.sleep(0.3 * (number == 2))
        connection.send(HELLO)
        while connection.recv() != b"":
            pass
        connection.send('{"type": "ready_to_stop"}')


@pytest.mark.slow
def test_calls_begin_as_scheduled_whatever_became_of_earlier_ones() -> None:
    server = SlowestFirst()
    load = LoadConfig(name="together", streams=3, phase_s=0.1)
    done: list[str] = []
    with serve_websocket(server) as url:
        config = WhisperLiveKit.Config(url=url, patience_s=2.0, process=os.getpid())
        sounds = {name: partial(bytes, 16_000) for name in "abc"}
        sessions = play_to_server(sounds, config, load, done.append)
    assert [each.recording for each in sessions] == ["a", "b", "c"]
    assert sorted(done) == ["a", "b", "c"]
    assert len(server.opened) == 4  # with the warm-up, which does not count
    assert server.opened[3] - server.opened[1] < 0.29  # though the second was not ready by then
    assert sorted(each.end for each in sessions) == [End.FAILED, End.SIGNALLED, End.SIGNALLED]
    (refused,) = (each for each in sessions if each.end is End.FAILED)
    assert refused.reason == "closed before it was ready with code 1013 full"
    assert max(each.ready_s for each in sessions if each is not refused) > 0.29
    assert measure_sessions(sessions)["sessions_failed"] == 1
    # The server is in this process; calls that overlap share its time by their length.
    assert len({each.cpu_s for each in sessions}) == 1
    assert sessions[0].cpu_s > 0


def test_a_server_that_fails_in_the_warm_up_is_refused_at_once() -> None:
    with serve_websocket(lambda connection: connection.send('{"error": "no model"}')) as url:
        config = WhisperLiveKit.Config(url=url, patience_s=2.0)
        with pytest.raises(ServerError, match="in the warm-up session: no model"):
            play_to_server({"a": partial(bytes, 3200)}, config, LoadConfig())


def test_a_run_whose_chunks_were_late_is_void() -> None:
    session = Session("a", 1.0, lags=(0.001,) * 90 + (0.02,) * 10)
    facts = measure_sessions([session])
    with pytest.raises(StreamwerError, match=r"void: chunks were sent 0\.020 s late"):
        check_lag(facts, 0.1)
    check_lag(facts, 0.5)
