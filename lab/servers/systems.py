"""The systems of the study, each in a process of its own: our policies, and peers."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from lab.bench import systems as bench
from lab.servers.environments import make_environment
from streamwer import policies, recognisers
from streamwer._util import processes
from streamwer._util.processor_time import read_cpu_seconds
from streamwer.audio import encode_pcm, seconds_to_samples
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config import experiment, registry
from streamwer.config.experiment import SystemConfig
from streamwer.errors import StreamwerError
from streamwer.runners.local import describe_error
from streamwer.servers.client import ServerClient
from streamwer.servers.decoding import decode_session
from streamwer.servers.peers.environments import PeerError
from streamwer.servers.peers.starting import NICENESS, PEERS, Peer, RunningServer, start_peer
from streamwer.servers.protocol import IMMEDIATE
from streamwer.servers.session import Call
from streamwer.simulation.clock import build_clock
from streamwer.simulation.serving import serve_streams
from streamwer.simulation.source import PacketSource
from streamwer.simulation.stream import Stream
from streamwer.types import Step

CHUNK_S = 0.1
"""Audio comes in chunks of this length, seconds."""
OURS = ("prefix_agreement", bench.LOCAL_AGREEMENT)
"""Our recommended policy, and LocalAgreement-2 with a voice filter."""
NAMES = (*OURS, *(peer.name for peer in PEERS))
_WARM_UP_S = 5
_END_WITHIN_S = 2.0
_COLD_PATIENCE_S = 120.0
"""For the first session: some peers compile much of their code then."""


@dataclass(frozen=True)
class Played:
    """One recording as one system played it in real time.

    Attributes:
        steps: of the event log.
        cpu_s: processor time of the system's processes while it was played.
        failure: why it failed; "" where it did not.
        violations: words that were changed after they had been declared final.
        lags: how late each chunk was sent, seconds; none where nothing is sent.
    """

    steps: tuple[Step, ...] = ()
    cpu_s: float = 0.0
    failure: str = ""
    violations: int = 0
    lags: tuple[float, ...] = ()


class System(Protocol):
    """A running system."""

    def play(self, name: str, audio: Samples, end_of_audio: str) -> Played:
        """Play a recording in real time; whatever goes wrong is in the result."""
        ...


@dataclass(frozen=True)
class Subject:
    """A system to measure.

    Attributes:
        name: of the row.
        version: what it is.
        end_of_audio: the policies that it is measured with, the first in every repeat.
    """

    name: str
    version: str
    end_of_audio: Sequence[str]


def list_subjects(names: Sequence[str]) -> list[Subject]:
    """List the systems of these names."""
    peers = {each.name: each for each in PEERS}
    return [
        Subject(name, peers[name].version, peers[name].end_of_audio)
        if name in peers
        else Subject(name, "streamwer, clock=wall", (IMMEDIATE,))
        for name in names
    ]


def start_system(
    name: str, model: bench.BenchModel, folder: Path, warm_up: Samples
) -> AbstractContextManager[System]:
    """Start a system and warm it up; it ends with the block.

    Args:
        name: one of `NAMES`.
        model: of our own systems.
        folder: of the same model, for peers.
        warm_up: a recording whose first seconds are played and do not count.

    Raises:
        StreamwerError: it cannot be started, or fails on the first recording.
    """
    beginning = warm_up[: _WARM_UP_S * SAMPLE_RATE]
    for peer in PEERS:
        if peer.name == name:
            return _run_peer(peer, folder, beginning)
    return _run_policy(bench.build(model)[name], beginning)


@contextmanager
def _run_policy(system: SystemConfig, warm_up: Samples) -> Iterator[System]:
    context = multiprocessing.get_context("spawn")
    line, child_line = context.Pipe()
    process = context.Process(target=_serve_policy, args=(child_line, system), daemon=True)
    with processes.ignore_sigint():
        process.start()
    child_line.close()
    try:
        _play_warm_up(policy := _Policy(line), warm_up)
        yield policy
    finally:
        line.close()  # that ends it, if it is not in the middle of a recording
        process.join(_END_WITHIN_S)
        process.terminate()
        process.join()


class _Policy:
    """A policy in another process, which plays what comes down a line."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def play(self, name: str, audio: Samples, end_of_audio: str) -> Played:
        try:
            self._line.send((name, audio))
            played: Played = self._line.recv()
        except (EOFError, OSError):
            return Played(failure="its process has stopped")
        return played


def _serve_policy(line: Connection, system: SystemConfig) -> None:
    os.nice(NICENESS)
    recogniser = recognisers.load_recogniser(system)
    while True:
        try:
            name, audio = line.recv()
        except EOFError:
            return
        began = time.process_time()
        try:
            source = PacketSource(audio, seconds_to_samples(CHUNK_S))
            stream = Stream(name, source, policies.build_policy(system.policy))
            steps = tuple(serve_streams([stream], recogniser, build_clock("wall")))
            line.send(Played(steps, time.process_time() - began))
        except Exception as error:  # noqa: BLE001 - it is a failure of this recording
            line.send(Played(failure=describe_error(error)))


@contextmanager
def _run_peer(peer: Peer, folder: Path, warm_up: Samples) -> Iterator[System]:
    make_environment(peer.name)
    with ExitStack() as stack:
        server = stack.enter_context(start_peer(peer, folder))
        _play_warm_up(_Client(peer, server, stack, _COLD_PATIENCE_S), warm_up)
        yield _Client(peer, server, stack)


class _Client:
    """Plays recordings to the server of a peer.

    Args:
        peer: which one.
        server: where it is.
        stack: ends the processes that send.
        patience: longest wait after the audio, seconds.
    """

    def __init__(
        self, peer: Peer, server: RunningServer, stack: ExitStack, patience: float = 30.0
    ) -> None:
        self._peer, self._server, self._stack, self._patience = peer, server, stack, patience
        self._clients: dict[str, ServerClient] = {}

    def play(self, name: str, audio: Samples, end_of_audio: str) -> Played:
        began = read_cpu_seconds(self._server.process)
        try:
            (session,) = self._connect(end_of_audio).play([Call(name, encode_pcm(audio))])
        except StreamwerError as error:
            return Played(failure=str(error))
        spent = read_cpu_seconds(self._server.process) - began
        adapter = registry.find("server", self._peer.protocol)
        decoded = decode_session(session, adapter, CHUNK_S)
        failure = decoded.failure.reason if decoded.failure else ""
        return Played(decoded.steps, spent, failure, decoded.violations, session.lags)

    def _connect(self, end_of_audio: str) -> ServerClient:
        """Return the client of an end-of-audio policy, started where it is new."""
        if end_of_audio not in self._clients:
            settings = {"protocol": self._peer.protocol, "url": self._server.url}
            held = {"chunk_s": CHUNK_S, "end_of_audio": end_of_audio, "patience_s": self._patience}
            config = experiment.parse_server(settings | held)
            self._clients[end_of_audio] = self._stack.enter_context(ServerClient(config))
        return self._clients[end_of_audio]


def _play_warm_up(system: System, audio: Samples) -> None:
    played = system.play("warm-up", audio, "silence:2")
    if played.failure:
        raise PeerError(f"it failed in the warm-up: {played.failure}")
