"""Recordings from the Hugging Face hub, at a pinned revision.

The rows are streamed: only the wanted split, and of it only the wanted rows, are fetched. The audio
is decoded here, since `datasets` would need torch for it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import datasets

from streamwer import audio, hub
from streamwer.audio import Samples
from streamwer.config import DatasetConfig
from streamwer.datasets.rows import Row, Source
from streamwer.errors import AudioError, ConfigError, DatasetError

_FALLBACK = "use dataset=calls, which needs no download"
_FAILURES = (*hub.FAILURES, ValueError, datasets.exceptions.DatasetsError)


def open_source(config: DatasetConfig) -> Source:
    """The rows of one split of a data set on the hub, in its order.

    Raises:
        ConfigError: the revision or the split is not given.
        DatasetError: the hub cannot be reached, or lacks the data set, the revision, the subset or
            the split. Reading the rows raises it too, when the connection breaks.
    """
    if config.form != "auto" or config.channels != "mix" or config.columns.channel:
        raise ConfigError(
            "dataset.form, channels and columns.channel: have no meaning on the hub; "
            "leave them at auto, mix and empty"
        )
    for key in ("revision", "split"):
        if not getattr(config, key):
            raise ConfigError(f"dataset.{key}: must be set for a data set from the hub")
    if not sys.stderr.isatty():
        datasets.disable_progress_bars()
    hub.quiet()
    # The hub client itself tries each request six times; 20 times that can take half an hour.
    datasets.config.STREAMING_READ_MAX_RETRIES = 2
    name = f"{config.path}@{config.revision}"
    table = _table(config, name)
    splits = table.info.splits or {}
    total = splits[config.split].num_examples if config.split in splits else None
    rows = _rows(table, config.columns.audio, name)
    columns = tuple(table.column_names or ())
    return Source(name, columns, rows, total, form="a data set on the hub")


def _table(config: DatasetConfig, name: str) -> datasets.IterableDataset:
    try:
        commit = hub.commit("dataset", config.path, str(config.revision))
        table = datasets.load_dataset(
            config.path, config.subset, split=config.split, revision=commit, streaming=True
        )
    except hub.NotOnHubError as error:
        raise _unavailable(name, str(error)) from error
    except _FAILURES as error:
        raise _unavailable(name, hub.reason(error)) from error
    return _undecoded(table, config.columns.audio)


def _undecoded(table: datasets.IterableDataset, column: str) -> datasets.IterableDataset:
    kind = (table.features or {}).get(column)
    if kind is None:  # told later, together with the other columns that are missing
        return table
    if not isinstance(kind, datasets.Audio) and not (isinstance(kind, dict) and "bytes" in kind):
        raise DatasetError(f"dataset.columns.audio: the column '{column}' holds {kind}, not audio")
    return table.cast_column(column, datasets.Audio(decode=False))


def _rows(table: datasets.IterableDataset, column: str, name: str) -> Iterator[Row]:
    try:
        for number, values in enumerate(table, start=1):
            yield _row(values, number, column)
    except _FAILURES as error:
        raise _unavailable(name, hub.reason(error)) from error


def _row(values: Mapping[str, Any], number: int, column: str) -> Row:
    clip = values.get(column)
    path = PurePosixPath((clip or {}).get("path") or f"row-{number:06d}")
    others = {key: value for key, value in values.items() if key != column}
    return Row(f"row {number}", others, path.stem, partial(_sound, clip, path.name))


def _sound(clip: Mapping[str, Any] | None, name: str) -> Iterator[Samples]:
    content = (clip or {}).get("bytes")
    if not content:
        raise AudioError("it holds no audio; the data set must embed its audio, as Parquet does")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip"  # not its name, which may be anything
        path.write_bytes(content)
        try:
            yield from audio.chunks(path)
        except AudioError as error:
            raise AudioError(str(error).replace(str(path), name)) from error


def _unavailable(name: str, reason: str) -> DatasetError:
    return DatasetError(f"cannot fetch the data set {name}: {reason}; {_FALLBACK}")
