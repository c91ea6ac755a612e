"""The model on a node: its own copy where it has the very same files, else the driver's.

Small models travel through the object store and are kept on the node under their digest; a node
that lacks a large one fetches it from the hub it is from, or says what to copy.
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
from streamwer.runners.environment import node

_PIECE = 32 * 2**20
"""Bytes sent at once: a file in the memory of two machines is enough, without a third copy."""
_MB = 10**6

Put = Callable[[bytes], Any]
Get = Callable[[Any], bytes]


@dataclass(frozen=True)
class Packed:
    """A model as a node needs it.

    Attributes:
        folder: where it lies on the driver.
        digest: of its files.
        megabytes: their size.
        pieces: of each file by name, as `Put` named them; none if the model is not sent.
    """

    folder: Path
    digest: str
    megabytes: int
    pieces: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


def packed(folder: Path | None, most_mb: int, put: Put) -> Packed | None:
    """The driver's part: a model to be found on the nodes, sent if it is small.

    Args:
        folder: of the model; None if the engine brings its own.
        most_mb: size of the largest that is sent.
        put: keeps a piece where the nodes can get it.
    """
    if folder is None:
        return None
    files = digests.model_files(folder)
    size = -(-sum(file.stat().st_size for file in files) // _MB)
    sent = files if size <= most_mb else []
    pieces = {file.name: tuple(map(put, _pieces(file))) for file in sent}
    return Packed(folder, digests.of_model(folder), size, pieces)


def found(system: SystemConfig, model: Packed | None, get: Get) -> SystemConfig:
    """The node's part: the system with the folder that its model has there.

    Args:
        get: a piece by what `Put` named it.

    Raises:
        ClusterError: the node has not the same model, and it is not sent.
    """
    if model is None:
        return system
    folder = model.folder
    if not _is(folder, model.digest):
        folder = _kept(model, get) if model.pieces else _own(system, model)
    return replace(system, model=replace(system.model, path=str(folder), revision=None))


def _is(folder: Path, digest: str) -> bool:
    return folder.is_dir() and digests.of_model(folder) == digest


def _kept(model: Packed, get: Get) -> Path:
    """The copy on this node, made now if there is none or if it is damaged."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "streamwer" / "models" / model.digest
    if _is(folder, model.digest):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            fresh = Path(scratch) / "model"
            fresh.mkdir()
            for name, pieces in model.pieces.items():
                _write(fresh / name, map(get, pieces))
            _move(fresh, folder, Path(scratch) / "damaged")
    except OSError as error:
        raise ClusterError(
            f"{node()}: the model cannot be kept in {folder.parent} ({error.strerror}); make room"
            " there, or point XDG_CACHE_HOME at another folder when Ray is started there"
        ) from error
    if not _is(folder, model.digest):
        raise _differing(model, folder)
    return folder


def _move(fresh: Path, folder: Path, aside: Path) -> None:
    """To its place; another worker of the node may have been faster, with the same files."""
    if folder.is_dir() and digests.of_model(folder) != digests.of_model(fresh):
        shutil.move(folder, aside)
    try:
        fresh.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def _own(system: SystemConfig, model: Packed) -> Path:
    """Of a large model: the node's own copy, fetched by it if it is from the hub."""
    try:
        folder = recognisers.files(system)
    except ModelError as error:
        raise _differing(model, model.folder, f" ({error})") from error
    if folder is None or not _is(folder, model.digest):
        raise _differing(model, folder or model.folder)
    return folder


def _differing(model: Packed, folder: Path, why: str = "") -> ClusterError:
    have = f"has the digest {digests.of_model(folder)}" if folder.is_dir() else "is not there"
    return ClusterError(
        f"{node()}: the model differs: {folder} {have}, the driver's has {model.digest}{why}; copy"
        f" the driver's {model.folder} to the same path there, or set cluster.ship_model_mb to at"
        f" least {model.megabytes} to have it sent"
    )


def _pieces(file: Path) -> Iterable[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece


def _write(file: Path, pieces: Iterable[bytes]) -> None:
    with file.open("wb") as opened:
        for piece in pieces:
            opened.write(piece)
