"""Real servers on this machine that speak as their script says."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.patience import PATIENCE_S

Handler = Callable[[ServerConnection], None]


@contextmanager
def serve_websocket(handler: Handler, **options: Any) -> Iterator[str]:
    """Serve WebSocket connections, each in a thread; yield the address."""

    def handle(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            handler(connection)

    with serve(handle, "127.0.0.1", 0, compression=None, max_size=None, **options) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/asr"
        server.shutdown()


@contextmanager
def serve_tcp(handler: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve TCP connections one after the other; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        handler(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def find_free_port() -> int:
    """Find a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def refuse_handshake(status: int, **headers: str) -> Callable[..., Any]:
    """Return what answers the request to connect with a status, for `process_request`."""

    def process(connection: ServerConnection, _: Any) -> Any:
        response = connection.respond(status, "no")
        for name, value in headers.items():
            response.headers[name] = value
        return response

    return process


def receive_audio(connection: ServerConnection, is_end: Callable[[Any], bool]) -> int:
    """Read audio until its end; return the number of bytes."""
    count = 0
    while not is_end(message := connection.recv()):
        count += len(message)
    return count


class Script:
    """Messages that are sent at set times after the first chunk came.

    Args:
        lines: seconds, and what is sent then; sorted.
        hello: what is sent first.
        goodbye: what is sent after the end of the audio.
        is_end: tells whether a message ends the audio.
    """

    def __init__(
        self,
        lines: list[tuple[float, Any]],
        hello: tuple[Any, ...] = (),
        goodbye: tuple[Any, ...] = (),
        is_end: Callable[[Any], bool] = lambda message: message == b"",
    ) -> None:
        self.lines, self.hello, self.goodbye, self.is_end = lines, hello, goodbye, is_end
        self.sent: list[float] = []
        self.audio_bytes = 0
        self.requests: list[str] = []

    def __call__(self, connection: ServerConnection) -> None:
        self.requests.append(connection.request.path)
        for message in self.hello:
            connection.send(encode(message))
        first = connection.recv()
        speaker = threading.Thread(target=self._speak, args=(connection, time.monotonic()))
        speaker.start()
        self.audio_bytes = len(first) + receive_audio(connection, self.is_end)
        speaker.join(timeout=PATIENCE_S)
        for message in self.goodbye:
            connection.send(encode(message))

    def _speak(self, connection: ServerConnection, zero: float) -> None:
        with suppress(ConnectionClosed):
            for at, message in self.lines:
                time.sleep(max(0.0, zero + at - time.monotonic()))
                connection.send(encode(message))


def encode(message: Any) -> str | bytes:
    """Encode an object as JSON; leave texts and bytes as they are."""
    return message if isinstance(message, str | bytes) else json.dumps(message)
