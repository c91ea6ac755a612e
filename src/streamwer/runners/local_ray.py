"""A private Ray on this machine: no one else can reach it, and it leaves nothing behind.

It listens on the loopback interface only, wants the token of this run, and keeps its files in a
folder that is removed with it, or by the next one where its driver was killed. The token is passed
in the environment, since the user of a container may have no home folder.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

_LOOPBACK = "127.0.0.1"
_VITAL = ("gcs_server", "raylet")
"""Without these processes Ray never answers."""
_PREFIX = "sw-"
"""Short, because the path of a socket has at most about a hundred characters."""
_LEFT_S = 120.0
"""Age from which on a folder without an owner is removed: Ray's agents outlive a killed driver."""


@dataclass
class LocalRay:
    """One Ray, from before its start to its end.

    Attributes:
        folder: of its files.
        lock: a descriptor of the folder, locked as long as this process lives.
        processes: its vital processes, by name.
    """

    folder: Path
    lock: int
    processes: dict[str, psutil.Process] = field(default_factory=dict)
    _before: Mapping[str, str | None] = field(default_factory=dict)

    def init_options(self) -> dict[str, Any]:
        """Return the options for `ray.init`."""
        # A subfolder: Ray makes the folder that it is given readable to all.
        return {"_node_ip_address": _LOOPBACK, "_temp_dir": str(self.folder / "r")}

    def record_processes(self) -> None:
        """Record the vital processes; call it once Ray has started."""
        children = psutil.Process().children()
        self.processes = {each.name(): each for each in children if each.name() in _VITAL}

    def find_dead_process(self) -> str:
        """Return the name of a vital process that has ended; "" while all live."""
        return next((name for name, each in self.processes.items() if not _is_alive(each)), "")

    def close(self) -> None:
        """Forget the token, and remove the files."""
        _set_environment(self._before)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self.lock)


def make_local_ray() -> LocalRay:
    """Make the folder and the token for a Ray that is about to start.

    Raises:
        OSError: the folder cannot be made.
    """
    parent = Path(os.environ.get("RAY_TMPDIR") or tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    _remove_left_folders(parent)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))  # 0700
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    variables = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    before = {name: os.environ.get(name) for name in variables}
    _set_environment(variables)
    return LocalRay(folder, lock, _before=before)


def _remove_left_folders(parent: Path) -> None:
    """Remove the folders of drivers that were killed."""
    for folder in sorted(parent.glob(f"{_PREFIX}*/r")):
        with suppress(OSError):  # of another user, or being removed
            if time.time() - folder.stat().st_mtime < _LEFT_S:
                continue
            lock = os.open(folder.parent, os.O_RDONLY)
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder.parent, ignore_errors=True)
            os.close(lock)


@contextmanager
def bind_to_loopback() -> Iterator[None]:
    """Bind Ray to the loopback interface within the block.

    Whatever its options say, Ray looks for an address that others can reach and listens there.
    """
    from ray._private import services

    original = services.get_node_ip_address
    services.get_node_ip_address = lambda address=None: _LOOPBACK
    try:
        yield
    finally:
        services.get_node_ip_address = original


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


def _is_alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False
