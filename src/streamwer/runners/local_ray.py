"""A Ray of our own on this machine: nobody else reaches it, and nothing of it stays.

It listens on the loopback interface alone, lets in who has the token of this run, and keeps its
files in a folder of its own that is gone with it. The token goes by the environment: a container's
user may have no home to keep a file in.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

_LOOPBACK = "127.0.0.1"
_VITAL = ("gcs_server", "raylet")
"""Without them nothing that is asked of Ray is ever answered."""
_PREFIX = "sw-"
"""Short, since the path of a socket has a hundred characters at most."""


@dataclass
class LocalRay:
    """One Ray, from before it starts until it has ended.

    Attributes:
        folder: of its files.
        processes: of it that must live, by name.
    """

    folder: Path
    processes: dict[str, psutil.Process] = field(default_factory=dict)
    _before: Mapping[str, str | None] = field(default_factory=dict)

    def options(self) -> dict[str, Any]:
        """What `ray.init` is told."""
        # A folder within: Ray opens the one that it is given to everybody.
        return {"_node_ip_address": _LOOPBACK, "_temp_dir": str(self.folder / "r")}

    def note_processes(self) -> None:
        """Note what must live; called when it has started."""
        children = psutil.Process().children()
        self.processes = {each.name(): each for each in children if each.name() in _VITAL}

    def find_dead(self) -> str:
        """The name of a process that has ended though it must live; "" while all do."""
        return next((name for name, each in self.processes.items() if not _lives(each)), "")

    def close(self) -> None:
        """Forget the token, and remove the files."""
        _set_environment(self._before)
        shutil.rmtree(self.folder, ignore_errors=True)


def make_local_ray() -> LocalRay:
    """Make the folder and the token of a Ray that is to be started.

    Raises:
        OSError: the folder cannot be made.
    """
    parent = Path(os.environ.get("RAY_TMPDIR") or tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))  # 0700
    own = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    before = {name: os.environ.get(name) for name in own}
    _set_environment(own)
    return LocalRay(folder, _before=before)


@contextmanager
def on_loopback() -> Iterator[None]:
    """Within the block Ray takes the loopback interface for that of this machine.

    Whatever it is told, it finds out an address that others can reach, and listens there.
    """
    from ray._private import services

    found = services.get_node_ip_address
    services.get_node_ip_address = lambda address=None: _LOOPBACK
    try:
        yield
    finally:
        services.get_node_ip_address = found


def _set_environment(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    with suppress(ImportError, AttributeError):  # earlier versions know no token
        raylet: Any = import_module("ray._raylet")
        raylet.AuthenticationTokenLoader.instance().reset_cache()
        raylet.Config.initialize("")


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False
