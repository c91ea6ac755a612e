"""Connections to servers: WebSocket messages, or bytes over TCP.

Traffic goes to the configured address alone: no proxy, no redirection. What would change times is
off: compression, Nagle's algorithm, limits on the size and the number of messages.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from streamwer.servers.protocol import Adapter, Message, ServerError, build_address, read_key

_CLOSE_S = 2.0
"""Longest wait for the server's part of the closing handshake."""
_PORTS = {"ws": 80, "wss": 443}
_BLOCK = 1 << 16
_PLAIN = (1000, 1001, 1005)
_SHOWN = 200
_BLOCKED = "because it took no more audio"
_SILENT = logging.getLogger(f"{__name__}.silent")
"""The library's own would log the headers, with the key, where somebody logs at level DEBUG."""
_SILENT.setLevel(logging.CRITICAL + 1)


class Connection(Protocol):
    """An open connection; one thread may send while another receives."""

    close_reason: str
    """Why it is closed; empty while it is open, and after a plain end."""

    def send(self, message: Message) -> None:
        """Send a message. Raises `OSError` if it is closed, or takes nothing for too long."""
        ...

    def receive(self) -> Message | None:
        """Wait for the next message; None once the server has closed the connection."""
        ...


class WebSocketConnection:
    """A connection of the library `websockets`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.close_reason = ""

    def send(self, message: Message) -> None:
        try:
            self._connection.send(message)
        except ConnectionClosed as error:
            if isinstance(error.__cause__, TimeoutError):
                self.close_reason = _BLOCKED
            raise ConnectionResetError from error

    def receive(self) -> Message | None:
        try:
            return self._connection.recv()
        except ConnectionClosed as closed:
            self.close_reason = self.close_reason or _describe_close(closed)
            return None


class TcpConnection:
    """A plain socket: an empty message half-closes it."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self.close_reason = ""

    def send(self, message: Message) -> None:
        data = message.encode() if isinstance(message, str) else message
        try:
            self._socket.sendall(data)
        except TimeoutError:
            self.close_reason = _BLOCKED
            raise
        if not data:
            self._socket.shutdown(socket.SHUT_WR)

    def receive(self) -> Message | None:
        while True:
            try:
                return self._socket.recv(_BLOCK) or None
            except TimeoutError:  # the limit is one for sending
                continue
            except OSError as error:
                self.close_reason = self.close_reason or describe_os_error(error)
                return None


@contextmanager
def open_connection(adapter: Adapter) -> Iterator[Connection]:
    """Connect to the server of an adapter; the connection is closed with the block.

    Raises:
        ServerError: it refuses, does not answer, or is no such server; the address is named.
    """
    parts = urlsplit(adapter.config.url)
    where = f"{parts.scheme}://{parts.netloc}"  # a path or a query may hold secrets
    port = parts.port or _PORTS[parts.scheme]
    patience = adapter.config.patience_s
    try:
        plain = socket.create_connection((parts.hostname, port), timeout=patience)
    except OSError as error:
        raise ServerError(f"{where}: no connection ({describe_os_error(error)})") from error
    with plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "tcp":
            try:
                yield TcpConnection(plain)
            finally:
                _shut_down(plain)
            return
        with _shake_hands(adapter, plain, where) as connection:
            with suppress(OSError):  # the server may have closed it already
                connection.socket.settimeout(patience)
            yield WebSocketConnection(connection)


def _shake_hands(adapter: Adapter, plain: socket.socket, where: str) -> ClientConnection:
    """Open a WebSocket over a socket: the library then follows no redirection and asks no proxy."""
    headers = adapter.headers(read_key(adapter.config.key_env))
    try:
        return connect(
            build_address(adapter),
            sock=plain,
            additional_headers=headers,
            compression=None,
            proxy=None,
            open_timeout=adapter.config.patience_s,
            close_timeout=_CLOSE_S,
            ping_timeout=None,  # a server that is too busy to answer a ping is not gone
            max_size=None,
            max_queue=None,
            logger=_SILENT,
        )
    except InvalidStatus as error:
        answer = error.response
        raise ServerError(
            f"{where}: refuses the connection with status {answer.status_code}"
            f" {answer.reason_phrase}; check the path of the address, and the key"
        ) from error
    except TimeoutError as error:
        raise ServerError(
            f"{where}: connected, but no answer to the WebSocket handshake"
        ) from error
    except ssl.SSLError as error:
        raise ServerError(f"{where}: no secure connection ({error.reason})") from error
    except ValueError as error:
        raise ServerError(f"{where}: redirects, which is not followed") from error
    except (InvalidHandshake, OSError, EOFError) as error:
        raise ServerError(f"{where}: does not speak WebSocket ({type(error).__name__})") from error


def describe_os_error(error: OSError) -> str:
    """Describe an error of a socket in the system's words."""
    if isinstance(error, TimeoutError):
        return "no answer"
    return error.strerror or type(error).__name__


def _describe_close(closed: ConnectionClosed) -> str:
    if closed.rcvd is None:
        return "without a closing handshake"
    reason = f" {closed.rcvd.reason[:_SHOWN]}" if closed.rcvd.reason else ""
    return "" if closed.rcvd.code in _PLAIN else f"with code {closed.rcvd.code}{reason}"


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):  # the server may have closed it
        connection.shutdown(socket.SHUT_RDWR)
