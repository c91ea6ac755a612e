"""How much is kept can be seen, and all of it dropped."""

from __future__ import annotations

import os
import platform
import re
import shlex
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from streamwer.cli import cache
from streamwer.config import experiment
from streamwer.config.cache import CacheConfig
from streamwer.errors import StreamwerError
from streamwer.runners.cache.run_lock import hold_run_lock
from streamwer.runners.cache.sessions import MeasuringSessions
from streamwer.runners.cache.store import ResultStore, format_empty_command
from tests.runners.cache.calls import label, make_steps

KEYS = [f"{at:02x}" * 32 for at in range(3)]
SYSTEMS = ("offline", "offline", "twin")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ResultStore:
    """Two recordings of one system and one of another, and a session of each."""
    settings = SimpleNamespace(cache=CacheConfig("kept"))
    monkeypatch.setattr(experiment, "load_params", lambda: settings)
    monkeypatch.chdir(tmp_path)
    store = ResultStore(Path("kept"), 10**9, print)
    for key, system in zip(KEYS, SYSTEMS, strict=True):
        store.write_entry(key, label(system=system), make_steps("anna", "hello"))
        MeasuringSessions(store.folder).open(system, Path(system), restart=False)
    return store


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["finished", *arguments])
    return cache.main()


def list_kept_keys(store: ResultStore) -> list[str]:
    return [key for key in KEYS if store.read_steps(key)]


def sessions(store: ResultStore) -> int:
    return len(list(store.folder.glob("sessions/*")))


def test_what_is_kept_is_counted_and_dropped(
    store: ResultStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) == 0
    assert "kept: 3 recordings, 0.0 MB of 2 GB" in capsys.readouterr().out
    assert list_kept_keys(store) == KEYS
    assert run(monkeypatch, "--empty") == 0
    assert "3 recordings dropped" in capsys.readouterr().out
    assert (list_kept_keys(store), sessions(store)) == ([], 0)
    assert run(monkeypatch) == 0
    assert "kept: 0 recordings, 0.0 MB" in capsys.readouterr().out


def test_what_a_run_uses_is_not_dropped(
    store: ResultStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with hold_run_lock(store.folder, "twin", Path("twin")):
        assert run(monkeypatch, "--empty") == 1
        assert "twin is being streamed, by process" in capsys.readouterr().err
    assert list_kept_keys(store) == KEYS


def test_a_run_of_another_host_is_named_with_its_host(
    store: ResultStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its number says nothing here: a process of the same number may well be somebody else's."""
    here = platform.node()
    with hold_run_lock(store.folder, "twin", Path("twin")):
        assert run(monkeypatch, "--empty") == 1
        assert here not in capsys.readouterr().err
        monkeypatch.setattr(platform, "node", lambda: "elsewhere")
        assert run(monkeypatch, "--empty") == 1
        told = f"twin is being streamed, by process {os.getpid()} on {here};"
        assert told in capsys.readouterr().err
        with (
            pytest.raises(StreamwerError, match=rf"kill {os.getpid()} on {re.escape(here)}\)"),
            hold_run_lock(store.folder, "twin", Path("twin")),
        ):
            pass
    assert list_kept_keys(store) == KEYS


def test_a_store_chosen_on_the_command_line_is_told_and_dropped(
    store: ResultStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("other", "jane's other, $1"):
        other = ResultStore(Path(name), 10**9, print)
        other.write_entry(KEYS[0], label(system="mine"), make_steps("anna", "hello"))
        program, *arguments = shlex.split(format_empty_command(name))[2:]
        assert program == "streamwer.cli.cache"
        chosen = [each for each in arguments if each != "--empty"]
        assert run(monkeypatch, *chosen) == 0
        assert f"{name}: 1 recording" in capsys.readouterr().out
        assert run(monkeypatch, *arguments) == 0
        assert f"{name}: 1 recording dropped" in capsys.readouterr().out
        assert (list_kept_keys(other), list_kept_keys(store)) == ([], KEYS)
