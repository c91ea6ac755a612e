"""The process that talks to servers, apart from scoring: nothing else delays its sends and times.

Calls arrive as they were scheduled, whatever became of earlier ones (an open loop): each has a
thread, which sleeps until its next chunk is due.
"""

from __future__ import annotations

import multiprocessing
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from streamwer._util import processes
from streamwer.config import registry
from streamwer.servers.protocol import ServerConfig, ServerError
from streamwer.servers.session import Call, End, Session, count_seconds, play_session

_SWITCH_S = 0.0005
"""A thread waits no longer than this for another one to give up the interpreter."""
_STOPPED = "the process that talks to the server has stopped; run it again"


class ServerClient:
    """Plays calls to a server from a process of its own, while its context is entered.

    Args:
        config: of the server.
    """

    def __init__(self, config: ServerConfig) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, self._child_line = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._child_line, config), daemon=True)

    def __enter__(self) -> Self:
        with processes.ignore_sigint():
            self._process.start()
        self._child_line.close()  # so that reading fails once the process has ended
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.join()

    def play(self, calls: Sequence[Call]) -> Iterator[Session]:
        """Play calls, which begin as they say; yield each session as it ends.

        Raises:
            ServerError: the process has stopped.
        """
        try:
            self._line.send(calls)
            for _ in calls:
                yield self._line.recv()
        except (EOFError, OSError) as error:  # it has printed the reason
            raise ServerError(_STOPPED) from error


def _serve(line: Connection, config: ServerConfig) -> None:
    sys.setswitchinterval(_SWITCH_S)
    adapter = registry.find("server", config.protocol)  # type: ignore[attr-defined]
    sending = threading.Lock()

    def play(call: Call) -> None:
        try:
            session = play_session(call, adapter(config))
        except Exception as error:  # noqa: BLE001 - an adapter may raise anything
            reason = f"{type(error).__name__}: {error}"
            seconds = count_seconds(call.pcm)
            session = Session(call.recording, seconds, end=End.FAILED, reason=reason)
        with sending:
            line.send(session)

    while True:
        try:
            calls: Sequence[Call] = line.recv()
        except EOFError:
            return
        origin = time.monotonic()
        for call in sorted(calls, key=lambda each: each.begin):
            time.sleep(max(0.0, origin + call.begin - time.monotonic()))
            threading.Thread(target=play, args=(call,), daemon=True).start()
