"""Listing of the files of a data set on the hub that hold the wanted rows.

It is cached by commit, subset and split: for a data set that was read once, the hub is not asked
again, nor can it be when there is no connection.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import datasets
from huggingface_hub import HfApi, HfFileSystem, constants
from huggingface_hub.hf_api import RepoFile

from streamwer._util import disk
from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.origin import is_commit
from streamwer.errors import DatasetError
from streamwer.models import hub

_SUFFIX = ".parquet"
_REMEDY = (
    "only Parquet can be read; set dataset.files to the repository's Parquet files, or "
    "dataset.revision=refs/convert/parquet, where the hub keeps its own conversion"
)

ROOM = "make room, set HF_HOME, or dataset.streaming=true"


@dataclass(frozen=True)
class Shard:
    """One Parquet file.

    Attributes:
        path: inside the repository.
        size: bytes.
        digest: SHA-256 of a large file, git's SHA-1 of another.
    """

    path: str
    size: int
    digest: str


@dataclass(frozen=True)
class Listing:
    """The files of one split, in its order.

    Attributes:
        repository: its id.
        commit: what was found where the config names a branch.
        shards: the files.
        rows: how many they hold, where the repository says so.
    """

    repository: str
    commit: str
    shards: tuple[Shard, ...]
    rows: int | None = None


def cache_folder(repository: str) -> Path:
    """Return the folder in which everything of a repository is cached."""
    return Path(constants.HF_HOME) / "streamwer" / f"datasets--{repository.replace('/', '--')}"


def guard_cache_writes(folder: Path) -> AbstractContextManager[None]:
    """Turn an error of writing to the cache into one that names the remedy."""
    return disk.explain_write_errors(folder, ROOM)


def list_shards(config: DatasetConfig) -> Listing:
    """List the files that hold the rows of a config.

    Raises:
        hub.NotOnHubError: the hub cannot be reached, or lacks the repository or the revision.
        DatasetError: there is no such split, or no Parquet file for it.
        DiskError: the list cannot be cached.
    """
    cached = _get_listing_path(config)
    is_cached = cached.is_file()
    if is_cached and (is_commit(str(config.revision)) or constants.HF_HUB_OFFLINE):
        return _read_listing(cached)
    commit = hub.resolve_commit("dataset", config.path, str(config.revision))
    names, rows = _list_named(config, commit) if config.files else _list_declared(config, commit)
    found = HfApi().get_paths_info(config.path, names, revision=commit, repo_type="dataset")
    files = {each.path: each for each in found if isinstance(each, RepoFile)}
    shards = tuple(_create_shard(files[name]) for name in names)
    listing = Listing(config.path, commit, shards, rows)
    with guard_cache_writes(cached.parent):
        cached.parent.mkdir(parents=True, exist_ok=True)
        disk.replace_file(cached, json.dumps(asdict(listing), indent=1).encode())
    return listing


def _get_listing_path(config: DatasetConfig) -> Path:
    wanted = json.dumps([config.revision, config.subset, config.split, config.files])
    digest = hashlib.sha256(wanted.encode()).hexdigest()[:16]
    return cache_folder(config.path) / f"files-{digest}.json"


def _read_listing(path: Path) -> Listing:
    try:
        cached = json.loads(path.read_bytes())
        shards = tuple(Shard(**shard) for shard in cached.pop("shards"))
        return Listing(shards=shards, **cached)
    except (ValueError, TypeError, KeyError) as error:
        raise DatasetError(f"{path}: not readable ({error}); delete it") from error


def _list_named(config: DatasetConfig, commit: str) -> tuple[list[str], None]:
    """List the files that `dataset.files` names."""
    pattern = f"datasets/{config.path}@{commit}/{config.files}"
    try:
        found: Any = HfFileSystem().glob(pattern, detail=True)
    except FileNotFoundError:  # there is not even such a folder
        found = {}
    files = [str(name) for name, each in found.items() if each["type"] == "file"]
    if found and not files:
        inside = f"{config.files}/*{_SUFFIX}"
        raise DatasetError(f"dataset.files: '{config.files}' names a folder; try '{inside}'")
    names = sorted(name.partition(f"@{commit}/")[2] for name in files)
    if not names:
        raise DatasetError(f"dataset.files: the repository has no '{config.files}'")
    return _check_names(names), None


def _list_declared(config: DatasetConfig, commit: str) -> tuple[list[str], int | None]:
    """List the files of a subset and split, as the repository's card or its folders say."""
    try:
        builder = datasets.load_dataset_builder(config.path, config.subset, revision=commit)
    except RuntimeError as error:
        if "scripts" not in str(error):
            raise
        raise DatasetError(f"the repository is read by a script; {_REMEDY}") from error
    except datasets.exceptions.DatasetNotFoundError:
        HfApi().auth_check(config.path, repo_type="dataset")  # says whether it is gated
        raise
    splits = builder.config.data_files or {}
    if config.split not in splits:
        has = ", ".join(map(str, splits)) or "none"
        raise DatasetError(f"no split '{config.split}' (dataset.split); it has: {has}")
    sizes = builder.info.splits or {}
    rows = sizes[config.split].num_examples if config.split in sizes else None
    names = [str(name).partition(f"@{commit}/")[2] for name in splits[config.split]]
    return _check_names(names), rows


def _check_names(names: list[str]) -> list[str]:
    for name in names:
        if not name.endswith(_SUFFIX):
            raise DatasetError(f"'{name}' is no Parquet file; {_REMEDY}")
        if ".." in PurePosixPath(name).parts or name.startswith("/"):
            raise DatasetError(f"'{name}' is not inside the repository")
    return names


def _create_shard(file: RepoFile) -> Shard:
    return Shard(file.path, file.size, file.lfs.sha256 if file.lfs else file.blob_id)
