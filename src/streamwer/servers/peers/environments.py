"""The virtual environments of peers, in .peers, each from its lock with hashes."""

from __future__ import annotations

import platform
from hashlib import sha256
from pathlib import Path

from streamwer.errors import StreamwerError

ROOT = Path(".peers")
LOCKS = Path(__file__).parent / "locks"
NAMES = ("whisperlive", "whisperlivekit", "whisper_streaming")
SOURCES = {
    "whisper_streaming": (
        "https://github.com/ufal/whisper_streaming",
        "1f25a1a48bd9807159989e6596178c69e797ac75",
    )
}
"""Repositories and commits of peers that are no packages; without access to them, such a peer
cannot be had."""
WITH_TORCH = ("whisperlive", "whisperlivekit")
STAMP = "streamwer-stamp"


class PeerError(StreamwerError):
    """A peer that cannot be installed or started."""


def find_source(name: str) -> Path:
    """Return the folder of a peer's repository."""
    return ROOT / name / "source"


def find_environment(name: str) -> Path:
    """Return the Python of a peer's environment.

    Raises:
        PeerError: there is none, or it is of an earlier lock; names the command that makes it.
    """
    if not is_made(name) or (name in SOURCES and not find_source(name).is_dir()):
        raise PeerError(
            f"{ROOT / name}: no environment of {name} of this version is there; make it with"
            f" `make peers ARGS={name}`, which takes some minutes and gigabytes"
        )
    return find_python(name)


def compute_stamp(name: str) -> str:
    """Compute what tells whether an environment is up to date: its lock, Python and folder."""
    torch = (LOCKS / "torch.lock").read_bytes() if name in WITH_TORCH else b""
    lock = sha256((LOCKS / f"{name}.lock").read_bytes() + torch).hexdigest()
    return f"{lock} {platform.python_version()} {(ROOT / name).resolve()}\n"


def find_python(name: str) -> Path:
    """Return where the Python of an environment is."""
    return ROOT.absolute() / name / "bin" / "python"


def is_made(name: str) -> bool:
    """Tell whether an environment is there and up to date; its repository is another matter."""
    stamp = ROOT / name / STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == compute_stamp(name)
