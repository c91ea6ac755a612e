"""Recordings that a table lists, by the columns that the config names."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import PurePosixPath

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets import tables
from streamwer.datasets.channels import channel
from streamwer.datasets.dataset_folder import Folder
from streamwer.datasets.readers.base import refuse_split, sound
from streamwer.datasets.rows import Row, Source, Unusable
from streamwer.errors import ConfigError, DatasetError

log = logging.getLogger(__name__)


def listed(folder: Folder, name: str, config: DatasetConfig, form: str) -> Source:
    """The rows of a table whose columns the config names.

    Raises:
        ConfigError: channels shall be split and no column says which, or the reverse.
        DatasetError: the table cannot be read.
    """
    if not config.columns.channel:
        refuse_split(config, form)
    elif config.channels != "split":
        raise ConfigError(
            "dataset.columns.channel: each transcript is that of one channel; "
            "use dataset.channels=split"
        )
    records = tables.read(folder, name)
    # Where no row can be used, that is the error, and not the lack of columns.
    columns = tables.columns(records) or tuple(vars(config.columns).values())
    rows = list(_rows(folder, records, config))
    if config.columns.audio in columns:  # else that is the error
        _warn_of_others(folder, name, records, config.columns.audio)
    return Source(str(folder.path / name), columns, rows, len(rows), form=f"{form} ({name})")


def _rows(
    folder: Folder, records: tables.Records, config: DatasetConfig
) -> Iterator[Row | Unusable]:
    columns = config.columns
    for record in records:
        if isinstance(record, Unusable):
            yield record
            continue
        where, values = record
        name = values.get(columns.audio)
        stem = PurePosixPath(name).stem if isinstance(name, str) else ""
        try:
            chosen = channel(values.get(columns.channel)) if columns.channel else None
        except DatasetError as error:
            yield Unusable(where, str(error))
            continue
        if columns.channel:
            stem = f"{stem}-{values.get(columns.channel)}"
        heard = sound(folder, name, chosen)
        yield Row(where, values, stem, heard, path=folder.place(name))


def _warn_of_others(folder: Folder, name: str, records: tables.Records, column: str) -> None:
    rows = (record[1] for record in records if not isinstance(record, Unusable))
    named = {PurePosixPath(str(row.get(column))).as_posix() for row in rows}
    others = sorted({folder.relative(path) for path in folder.sounds()} - named)
    if others:
        text = "%s: audio files without a row in %s are left out: %d, such as %s"
        log.warning(text, folder.path, name, len(others), others[0])
