"""Servers of every protocol that fail: the call ends in time, and is counted as what it is."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from websockets.sync.server import ServerConnection

from streamwer.config import registry
from streamwer.servers.session import End
from tests.servers.fakes import serve_tcp, serve_websocket
from tests.servers.test_session import committed_text, decode, play

HELLOS = {
    "whisperlivekit": {"type": "config", "useAudioWorklet": True},
    "whisperlive": {"message": "SERVER_READY"},
    "openai_realtime": {"type": "session.updated"},
}
SOUND = bytes(9600)


@contextmanager
def serve(protocol: str, drops: bool) -> Iterator[str]:
    """Serve a protocol: greet, take some audio, and then drop the call or say nothing more."""
    over = threading.Event()

    def answer(connection: ServerConnection) -> None:
        if protocol in HELLOS:
            connection.send(json.dumps(HELLOS[protocol]))
        connection.recv()
        while not drops and not over.is_set():
            with suppress(TimeoutError):
                connection.recv(timeout=0.05)
        connection.close(1011, "gone")

    def answer_lines(connection: socket.socket) -> None:
        connection.recv(1000)
        while not drops and not over.wait(0.05):
            connection.recv(100_000)

    made = serve_tcp(answer_lines) if protocol == "tcp_lines" else serve_websocket(answer)
    with made as url:
        yield url
        over.set()


@pytest.mark.parametrize("protocol", registry.names("server"))
def test_a_server_that_hangs_is_left_when_patience_ends(protocol: str) -> None:
    with serve(protocol, drops=False) as url:
        session = play(url, protocol, pcm=SOUND, patience_s=0.3)
    assert session.end is End.UNFINISHED
    assert committed_text(session, protocol) == ""
    assert decode(session, protocol).failure is None


@pytest.mark.parametrize("protocol", registry.names("server"))
def test_a_call_that_a_server_drops_has_failed(protocol: str) -> None:
    with serve(protocol, drops=True) as url:
        session = play(url, protocol, pcm=SOUND * 2, patience_s=0.3)
    assert session.end is End.FAILED
    assert decode(session, protocol).failure.reason


def test_differences_of_whisperlivekit_are_refused() -> None:
    def answer(connection: ServerConnection) -> None:
        connection.send(json.dumps(HELLOS["whisperlivekit"] | {"mode": "diff"}))
        connection.recv()

    with serve_websocket(answer) as url:
        session = play(f"{url}?mode=diff", pcm=SOUND)
    assert session.end is End.FAILED
    assert "leave mode=diff out of the address" in session.reason
    diff = json.dumps({"type": "diff", "seq": 2, "new_lines": []})
    with pytest.raises(ValueError, match="leave mode=diff out"):
        list(registry.find("server", "whisperlivekit").decode([diff]))
