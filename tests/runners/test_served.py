"""Servers that are started for a run, and what their results may be compared with."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import psutil
import pytest

from streamwer.config.compose import load_config
from streamwer.config.experiment import ExperimentConfig, SystemConfig, build_system
from streamwer.errors import ConfigError
from streamwer.eventlog.log import EventLog
from streamwer.metrics.store import sign_scores
from streamwer.provenance.signature import Run, find_incomparable_fields
from streamwer.runners import served
from streamwer.runners.served import describe_run, start_server
from streamwer.servers.peers import environments, starting
from streamwer.servers.peers.environments import PeerError
from streamwer.text.normalise import get_normaliser

LISTEN = """
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    while True:
        listener.accept()[0].close()
"""


@cache
def load_experiment() -> ExperimentConfig:
    return load_config(["experiment=servers"])


def build(name: str) -> SystemConfig:
    return build_system(load_experiment(), name)


@pytest.fixture
def peers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Environments in a folder of the test: the peers listen and say nothing."""
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(starting, "ROOT", tmp_path)
    silent = (replace(peer, command=("-c", LISTEN, "{port}")) for peer in starting.PEERS)
    monkeypatch.setattr(starting, "PEERS", tuple(silent))
    monkeypatch.setattr(served.recognisers, "fetch_model", lambda system: tmp_path)
    return tmp_path


def make_environment(root: Path, name: str) -> None:
    (root / name / "bin").mkdir(parents=True)
    (root / name / "bin" / "python").symlink_to(sys.executable)
    stamp = environments.compute_stamp(name)
    (root / name / environments.STAMP).write_text(stamp, encoding="utf-8")


def test_the_experiment_starts_a_server_with_the_model_and_ends_it(peers: Path) -> None:
    make_environment(peers, "whisperlivekit")
    system = build("whisperlivekit")
    with start_server(system) as (config, settings):
        assert psutil.pid_exists(config.process)
        assert config.url.startswith("ws://127.0.0.1:")
        assert settings["peer"] == "whisperlivekit 0.2.26"
        assert settings["model"].startswith("tiny_en@")
        assert "url" not in settings
        assert "process" not in settings
    assert not psutil.pid_exists(config.process)


@pytest.mark.usefixtures("peers")
def test_without_an_environment_the_command_that_makes_it_is_named() -> None:
    system = build("whisperlive")
    with pytest.raises(PeerError, match="`make peers ARGS=whisperlive`"), start_server(system):
        pass


@pytest.mark.parametrize(
    ("peer", "message"), [("other", "choose from whisperlive,"), ("whisperlive", "speaks the")]
)
def test_a_peer_that_cannot_be_is_refused(peer: str, message: str) -> None:
    system = build("whisperlivekit")
    system = replace(system, server=replace(system.server, peer=peer))
    with pytest.raises(ConfigError, match=message), start_server(system):
        pass


def test_a_server_is_compared_where_clock_and_machine_are_the_same() -> None:
    run = describe_run({"protocol": "vosk", "threads": 1}, "audio", "alone")

    def compare(mine: Run, hardware: str = "a CPU") -> tuple[str, ...]:
        signatures = [
            sign_scores([], EventLog((), (), facts, each), get_normaliser("basic"))
            for each, facts in (
                (run, {"workers": 1, "hardware": "a CPU"}),
                (mine, {"workers": 1, "hardware": hardware}),
            )
        ]
        assert find_incomparable_fields(*signatures, "wer") == ()
        return find_incomparable_fields(*signatures, "latency")

    assert compare(replace(run)) == ()
    for clock in ("measured", "unaware", "profile(hardware=x)"):
        assert any(each.startswith("clock: wall") for each in compare(replace(run, clock=clock)))
    assert compare(run, "?") == ("hardware: a CPU against not known",)  # over a network
