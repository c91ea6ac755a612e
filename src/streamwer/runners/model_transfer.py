"""Find the model on a node: its own copy if it has the same files, else the driver's.

Small models are sent through Ray's object store and cached on the node under their digest. A node
without a large model fetches it from its hub, or fails and says what to copy.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from streamwer import recognisers
from streamwer.config.experiment import SystemConfig
from streamwer.errors import ClusterError, ModelError
from streamwer.provenance import digests
from streamwer.runners.environment import name_node

_PIECE = 32 * 2**20
"""Bytes sent at once, so that memory never holds a whole file."""
_MB = 10**6

Put = Callable[[bytes], Any]
Get = Callable[[Any], bytes]


@dataclass(frozen=True)
class ModelPackage:
    """Facts of the driver's model that a node needs.

    Attributes:
        folder: of the model on the driver.
        digest: of the model's files.
        megabytes: size of the files.
        pieces: references of `Put` by file name; empty if the model is not sent.
    """

    folder: Path
    digest: str
    megabytes: int
    pieces: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


def pack_model(folder: Path | None, most_mb: int, put: Put) -> ModelPackage | None:
    """Describe the driver's model for the nodes, and send its files if it is small.

    Args:
        folder: of the model; None if the engine has its own.
        most_mb: largest size that is sent, megabytes.
        put: stores a piece where the nodes can get it.

    Returns:
        None where the engine has its own model.
    """
    if folder is None:
        return None
    files = digests.list_model_files(folder)
    size = -(-sum(file.stat().st_size for file in files) // _MB)
    sent = files if size <= most_mb else []
    pieces = {file.name: tuple(map(put, _read_pieces(file))) for file in sent}
    return ModelPackage(folder, digests.digest_model(folder), size, pieces)


def locate_model(system: SystemConfig, model: ModelPackage | None, get: Get) -> SystemConfig:
    """Return the system with the model's folder on this node; call it on the node.

    Args:
        system: of the driver.
        model: of the driver; None if the engine has its own.
        get: reads a piece by its reference.

    Raises:
        ClusterError: the node has another model, and the driver's is not sent.
    """
    if model is None:
        return system
    folder = model.folder
    if not _has_digest(folder, model.digest):
        folder = _cache_copy(model, get) if model.pieces else _find_own_copy(system, model)
    return replace(system, model=replace(system.model, path=str(folder), revision=None))


def _has_digest(folder: Path, digest: str) -> bool:
    return folder.is_dir() and digests.digest_model(folder) == digest


def _cache_copy(model: ModelPackage, get: Get) -> Path:
    """Return the cached copy on this node; write it if it is missing or damaged."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "streamwer" / "models" / model.digest
    if _has_digest(folder, model.digest):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            fresh = Path(scratch) / "model"
            fresh.mkdir()
            for name, pieces in model.pieces.items():
                with (fresh / name).open("wb") as file:
                    file.writelines(map(get, pieces))
            _move_into_place(fresh, folder, Path(scratch) / "damaged")
    except OSError as error:
        raise ClusterError(
            f"{name_node()}: the model cannot be kept in {folder.parent} ({error.strerror}); make"
            " room there, or point XDG_CACHE_HOME at another folder when Ray is started there"
        ) from error
    if not _has_digest(folder, model.digest):
        raise _make_difference_error(model, folder)
    return folder


def _move_into_place(fresh: Path, folder: Path, aside: Path) -> None:
    """Move a fresh copy into place; another worker of the node may have done so first."""
    if folder.is_dir() and digests.digest_model(folder) != digests.digest_model(fresh):
        shutil.move(folder, aside)
    try:
        fresh.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def _find_own_copy(system: SystemConfig, model: ModelPackage) -> Path:
    """Return the node's own copy of a large model; one of a hub is fetched."""
    try:
        folder = recognisers.fetch_model(system)
    except ModelError as error:
        raise _make_difference_error(model, model.folder, f" ({error})") from error
    if folder is None or not _has_digest(folder, model.digest):
        raise _make_difference_error(model, folder or model.folder)
    return folder


def _make_difference_error(model: ModelPackage, folder: Path, why: str = "") -> ClusterError:
    have = f"has the digest {digests.digest_model(folder)}" if folder.is_dir() else "is not there"
    return ClusterError(
        f"{name_node()}: the model differs: {folder} {have}, the driver's has {model.digest}{why};"
        f" copy the driver's {model.folder} to the same path there, or set cluster.ship_model_mb to"
        f" at least {model.megabytes} to have it sent"
    )


def _read_pieces(file: Path) -> Iterable[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece
