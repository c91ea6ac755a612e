"""Start a peer's server on a free port of this machine, and end it with all its processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from streamwer.errors import ConfigError
from streamwer.servers.peers.environments import ROOT, PeerError, find_environment, find_source

HOST = "127.0.0.1"
_READY_WITHIN_S = 180.0
_END_WITHIN_S = 5.0
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
NICENESS = 5
"""Of all systems alike: whoever sends the audio goes first, or it would come late."""

_RUN_WHISPERLIVE = """
import sys
from whisper_live.server import TranscriptionServer
TranscriptionServer().run(
    "127.0.0.1", int(sys.argv[1]), backend="faster_whisper",
    faster_whisper_custom_model_path=sys.argv[2], single_model=True)
"""
_RUN_WHISPER_STREAMING = """
import runpy, sys
import faster_whisper
port, model, source = sys.argv[1:]
load = faster_whisper.WhisperModel
faster_whisper.WhisperModel = lambda path, **_: load(path, device="cpu", compute_type="int8")
sys.path.insert(0, source)
sys.argv[1:] = ["--host", "127.0.0.1", "--port", port, "--backend", "faster-whisper",
                "--model_dir", model, "--lan", "en", "--vad"]
runpy.run_path(source + "/whisper_online_server.py", run_name="__main__")
"""
"""Its device is written into its code: CUDA."""


@dataclass(frozen=True)
class Peer:
    """A server of another project.

    Attributes:
        name: of its environment.
        version: package and version, or commit.
        protocol: of `streamwer.servers`.
        address: with `{port}`.
        command: what follows the environment's Python, with `{port}`, `{model}` and `{source}`.
        end_of_audio: the policies that it is measured with; the first, which suits it best, in
            every repeat.
        settings: of the protocol.
    """

    name: str
    version: str
    protocol: str
    address: str
    command: Sequence[str]
    end_of_audio: Sequence[str]
    settings: Mapping[str, object] = field(default_factory=dict)


PEERS = (
    Peer(
        "whisperlive",
        "whisper-live 0.10.0",
        "whisperlive",
        "ws://127.0.0.1:{port}",
        ("-c", _RUN_WHISPERLIVE, "{port}", "{model}"),
        ("hold:15", "immediate"),
    ),
    Peer(
        "whisperlivekit",
        "whisperlivekit 0.2.26",
        "whisperlivekit",
        "ws://127.0.0.1:{port}/asr",
        (
            *("-c", "from whisperlivekit.cli import main; main()", "serve"),
            *("--host", HOST, "--port", "{port}"),
            *("--backend", "faster-whisper", "--backend-policy", "localagreement"),
            *("--model_dir", "{model}", "--lan", "en", "--pcm-input", "--warmup-file", ""),
        ),
        ("immediate", "silence:3"),
    ),
    Peer(
        "whisper_streaming",
        "ufal/whisper_streaming 1f25a1a",
        "tcp_lines",
        "tcp://127.0.0.1:{port}",
        ("-c", _RUN_WHISPER_STREAMING, "{port}", "{model}", "{source}"),
        ("silence:3", "immediate"),
    ),
)


def find_peer(name: str) -> Peer:
    """Return the peer of a name.

    Raises:
        ConfigError: there is none.
    """
    peers = {each.name: each for each in PEERS}
    if name not in peers:
        raise ConfigError(f"there is no peer {name!r}: choose from {', '.join(peers)}")
    return peers[name]


@dataclass(frozen=True)
class RunningServer:
    """A server that is ready: where it listens, and its process, which leads a group."""

    url: str
    process: int


@contextmanager
def start_peer(peer: Peer, model: Path) -> Iterator[RunningServer]:
    """Start a peer and wait until it listens; end it and its children with the block.

    Args:
        peer: which one.
        model: folder of the CTranslate2 model.

    Raises:
        PeerError: it has no environment, or does not get ready.
    """
    python = find_environment(peer.name)
    port = find_free_port()
    places = {"port": port, "model": model.absolute(), "source": find_source(peer.name).absolute()}
    parts = (part if "\n" in part else part.format(**places) for part in peer.command)
    url = peer.address.format(port=port)
    with run_server([str(python), *parts], ROOT / peer.name / "server.log", port) as process:
        yield RunningServer(url, process)


@contextmanager
def run_server(command: Sequence[str], log: Path, port: int) -> Iterator[int]:
    """Run a server in a process group of its own, one thread to a model and no hub to ask.

    Args:
        command: that starts it.
        log: file for what it prints.
        port: where it is to listen.

    Raises:
        PeerError: it ends, or does not listen in time.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    with log.open("wb") as printed:
        process = subprocess.Popen(
            ["nice", "-n", str(NICENESS), *command],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=environment | THREADS | _OFFLINE,
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, port, log)
        yield process.pid
    finally:
        end_group(process)


def find_free_port() -> int:
    """Find a port of this machine on which nobody listens."""
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and all of its group: at first asked to, in the end killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_WITHIN_S)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise PeerError(f"the server ended at its start: {_read_last_line(log)} (see {log})")
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1.0):
            return
        time.sleep(0.2)
    raise PeerError(f"the server does not listen after {_READY_WITHIN_S:.0f} s (see {log})")


def _read_last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it printed nothing"
