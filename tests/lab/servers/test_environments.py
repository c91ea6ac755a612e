"""Environments of peers: pinned by hashes, made once, and repositories at one commit."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from lab.servers.environments import make_environment
from streamwer.servers.peers import environments
from streamwer.servers.peers.environments import LOCKS, NAMES, PeerError, find_environment
from tests.patience import PATIENCE_S


@pytest.mark.parametrize("lock", sorted(LOCKS.glob("*.lock")), ids=lambda path: path.name)
def test_every_package_of_a_lock_has_a_hash_and_none_a_host(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    packages = [part for part in re.split(r"^(?=[a-z])", text, flags=re.MULTILINE) if "==" in part]
    assert packages
    assert all("--hash=sha256:" in part for part in packages)
    assert "://" not in text


def test_every_peer_has_a_lock() -> None:
    assert {f"{name}.lock" for name in NAMES} < {path.name for path in LOCKS.iterdir()}


@pytest.fixture
def empty_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Environments in a folder of the test, with nothing to install."""
    locks = tmp_path / "locks"
    locks.mkdir()
    for name in ("lines", "other"):
        (locks / f"{name}.lock").write_text("# nothing\n", encoding="utf-8")
    monkeypatch.setattr(environments, "ROOT", tmp_path / ".peers")
    monkeypatch.setattr(environments, "LOCKS", locks)
    monkeypatch.setattr(environments, "SOURCES", {})
    return locks


def test_an_environment_is_made_once_and_anew_for_another_lock(empty_locks: Path) -> None:
    python = make_environment("lines")
    ran = subprocess.run(
        [str(python), "-c", "print(6 * 7)"], capture_output=True, check=True, timeout=PATIENCE_S
    )
    assert ran.stdout.strip() == b"42"
    mark = python.parent / "mark"
    mark.touch()
    make_environment("lines")
    assert mark.exists()
    (empty_locks / "lines.lock").write_text("# still nothing\n", encoding="utf-8")
    make_environment("lines")
    assert not mark.exists()


def test_a_package_that_cannot_be_had_is_told_and_no_environment_counts_as_made(
    empty_locks: Path,
) -> None:
    lock = empty_locks / "other.lock"
    lock.write_text(f"nothing @ {(empty_locks / 'none.whl').as_uri()}\n", encoding="utf-8")
    with pytest.raises(PeerError, match=r"other\.lock cannot be had: ERROR"):
        make_environment("other")
    assert not list(environments.ROOT.rglob("streamwer-stamp"))


def git(folder: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=x", "-c", "user.email=x@x"]
    command = ["git", *settings, "-C", str(folder), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=PATIENCE_S
    ).stdout.strip()


@pytest.mark.usefixtures("empty_locks")
def test_a_repository_is_checked_out_at_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "--quiet")
    (origin / "server.py").write_text("first", encoding="utf-8")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "-m", "first")
    commit = git(origin, "rev-parse", "HEAD")
    monkeypatch.setattr(environments, "SOURCES", {"lines": (origin.as_uri(), commit)})
    make_environment("lines")
    served = environments.find_source("lines") / "server.py"
    assert served.read_text(encoding="utf-8") == "first"
    origin.rename(tmp_path / "gone")
    make_environment("lines")  # it is there already
    monkeypatch.setattr(environments, "SOURCES", {"lines": (origin.as_uri(), "0" * 40)})
    with pytest.raises(PeerError, match=r"lines is no package, and .* cannot be had"):
        make_environment("lines")


def test_an_environment_that_is_missing_is_named_with_the_command_that_makes_it(
    empty_locks: Path,
) -> None:
    with pytest.raises(PeerError, match="make it with `make peers ARGS=lines`"):
        find_environment("lines")
    assert make_environment("lines") == find_environment("lines")
    (empty_locks / "lines.lock").write_text("# another\n", encoding="utf-8")
    with pytest.raises(PeerError, match="make peers"):
        find_environment("lines")
