"""Plays calls to a running server, in real time, as `Worker` plays them to a recogniser here."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import cached_property

from lab.capacity.playing import Worker
from streamwer.analysis.capacity.figures import ServedCall
from streamwer.audio import encode_pcm
from streamwer.config import registry
from streamwer.config.load import LoadConfig
from streamwer.runners.served import start_server
from streamwer.servers.client import ServerClient
from streamwer.servers.decoding import decode_session
from streamwer.servers.playing import check_lag, measure_sessions
from streamwer.servers.protocol import ServerError
from streamwer.servers.session import Call
from streamwer.simulation.arrivals import Arrival
from streamwer.simulation.serving import OnFailure


class ServerWorker(Worker):
    """A server that is given one load after the other; a peer is started, and ends with us."""

    @cached_property
    def _running(self) -> ExitStack:
        return ExitStack()

    @cached_property
    def _client(self) -> ServerClient:
        config, _ = self._running.enter_context(start_server(self._system))
        return self._running.enter_context(ServerClient(config))

    def close(self) -> None:
        self._running.close()

    def _serve_calls(
        self, arrivals: Sequence[Arrival], load: LoadConfig, failed: OnFailure | None = None
    ) -> tuple[ServedCall, ...]:
        server = self._system.server
        sounds = [encode_pcm(self._calls[each.recording][1]) for each in arrivals]
        calls = [Call(str(i), sounds[i], each.begin) for i, each in enumerate(arrivals)]
        sessions = {each.recording: each for each in self._client.play(calls)}
        check_lag(measure_sessions(list(sessions.values())), server.chunk_s)
        adapter = registry.find("server", server.protocol)
        served = []
        for i, arrival in enumerate(arrivals):
            reference = self._calls[arrival.recording][0]
            found = decode_session(sessions[str(i)], adapter, server.chunk_s)
            if found.failure:
                error = ServerError(f"{reference.recording}: {found.failure.reason}")
                if failed is None:
                    raise error
                failed(reference.recording, error)
            served.append(ServedCall(reference, arrival.begin, found.steps))
        return tuple(served)
