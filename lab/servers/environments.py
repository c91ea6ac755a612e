"""Make the virtual environments of peers in .peers, each from its lock with hashes.

Without names all of them. Those with torch take 1.8 GB each, and 3 GB more where only torch's
build for CUDA can be had.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from streamwer.cli.common.run_command import stage_command
from streamwer.servers.peers import environments
from streamwer.servers.peers.environments import (
    NAMES,
    PeerError,
    compute_stamp,
    find_python,
    find_source,
    is_made,
)

_NEEDED_BYTES = 6 * 10**9


def make_environment(name: str) -> Path:
    """Make the environment of a peer, or do nothing where it is there already.

    Returns:
        Its Python.

    Raises:
        PeerError: something cannot be installed, or the disk is too small.
    """
    python = find_python(name)
    if not is_made(name):
        _create(environments.ROOT / name)
        _install(python, environments.LOCKS / f"{name}.lock")
        if name in environments.WITH_TORCH:
            _install_torch(python)
        (environments.ROOT / name / environments.STAMP).write_text(
            compute_stamp(name), encoding="utf-8"
        )
    if name in environments.SOURCES:
        _fetch_source(name)
    return python


def _create(folder: Path) -> None:
    environments.ROOT.mkdir(exist_ok=True)
    if shutil.disk_usage(environments.ROOT).free < _NEEDED_BYTES:
        raise PeerError(f"{folder}: {_NEEDED_BYTES / 1e9:.0f} GB of disk must be free")
    _run("venv", [sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)])


def _install(python: Path, lock: Path) -> None:
    print(
        f"installing {lock.name} into {environments.ROOT}, which takes some minutes",
        file=sys.stderr,
    )
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    _run(lock.name, [*pip, *options])


def _install_torch(python: Path) -> None:
    """Install torch without CUDA, a quarter of the size, or else as the index has it."""
    try:
        _install(python, environments.LOCKS / "torch_cpu.lock")
    except PeerError:
        _install(python, environments.LOCKS / "torch.lock")


def _fetch_source(name: str) -> None:
    """Check out a repository at its commit.

    Raises:
        PeerError: it cannot be had, which makes this peer optional.
    """
    (address, commit), folder = environments.SOURCES[name], find_source(name)
    git = ["git", "-C", str(folder)]
    folder.mkdir(parents=True, exist_ok=True)
    head = subprocess.run(
        [*git, "rev-parse", "--show-prefix", "HEAD"], capture_output=True, text=True, check=False
    )
    if head.stdout.split("\n") == ["", commit, ""]:  # of this folder, not of one above it
        return
    for arguments in (
        ["init", "--quiet"],
        ["fetch", "--quiet", "--depth", "1", address, commit],
        ["checkout", "--quiet", commit],
    ):
        _run(f"{name} is no package, and {address}", [*git, *arguments])


def _run(what: str, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise PeerError(f"{what} cannot be had: {last}")


@stage_command
def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lab.servers.environments", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    names = parser.parse_args().names or NAMES
    if unknown := [name for name in names if name not in NAMES]:
        parser.error(f"there is no peer {unknown[0]}: choose from {', '.join(NAMES)}")
    for name in names:
        print(f"{name}: {make_environment(name)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
