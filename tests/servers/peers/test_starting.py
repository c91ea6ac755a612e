"""A peer's server is started, waited for, and ended with all its processes, whatever happens."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil
import pytest

from streamwer.config import registry
from streamwer.servers.peers.environments import PeerError
from streamwer.servers.peers.starting import PEERS, find_free_port, run_server

LISTEN = """
import socket, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    while True:
        listener.accept()[0].close()
"""


def is_running(process: int) -> bool:
    return psutil.pid_exists(process) and psutil.Process(process).status() != "zombie"


def wait_until_gone(process: int) -> bool:
    deadline = time.monotonic() + 5
    while is_running(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_running(process)


@pytest.mark.parametrize("error", [None, KeyboardInterrupt, PeerError])
def test_a_server_ends_with_its_children(tmp_path: Path, error: type[BaseException] | None) -> None:
    port, log = find_free_port(), tmp_path / "log"
    command = [sys.executable, "-c", LISTEN, str(port)]
    processes: list[int] = []

    def serve() -> None:
        with run_server(command, log, port) as process:
            processes.extend([process, int(log.read_text().split()[0])])
            assert all(map(is_running, processes))
            if error:
                raise error

    if error:
        with pytest.raises(error):
            serve()
    else:
        serve()
    assert all(map(wait_until_gone, processes))


def test_a_server_that_ends_at_its_start_is_told_with_what_it_said(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no weights there')"]
    with (
        pytest.raises(PeerError, match="ended at its start: no weights there"),
        run_server(command, tmp_path / "log", find_free_port()),
    ):
        pass


def test_the_model_hub_is_off_and_a_model_has_one_thread(tmp_path: Path) -> None:
    code = "import os; raise SystemExit(' '.join(map(os.environ.get, ('HF_HUB_OFFLINE',"
    code += " 'OMP_NUM_THREADS'))) + str('PYTHONPATH' in os.environ))"
    with (
        pytest.raises(PeerError, match="at its start: 1 1False"),
        run_server([sys.executable, "-c", code], tmp_path / "log", find_free_port()),
    ):
        pass


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_speaks_a_protocol_that_we_have(peer: object) -> None:
    adapter = registry.find("server", peer.protocol)  # type: ignore[attr-defined]
    for each in peer.end_of_audio:  # type: ignore[attr-defined]
        adapter.Config(url=peer.address.format(port=1), end_of_audio=each)  # type: ignore[attr-defined]
