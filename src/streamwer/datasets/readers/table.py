"""A table of recordings: a CSV or TSV file of any name, whose columns the config names."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import PurePosixPath

from streamwer.config.dataset import ColumnsConfig, DatasetConfig
from streamwer.datasets import tables
from streamwer.datasets.channels import parse_channel
from streamwer.datasets.dataset_folder import DatasetFolder
from streamwer.datasets.readers.base import (
    DatasetReader,
    choose_only_list,
    open_audio,
    refuse_split,
    register_reader,
)
from streamwer.datasets.rows import DatasetRow, RowProblem, RowSource, resolve_columns
from streamwer.errors import ConfigError, DatasetError

log = logging.getLogger(__name__)


def read_listed_rows(
    folder: DatasetFolder, name: str, config: DatasetConfig, form: str
) -> RowSource:
    """Read the rows of a table whose columns the config names.

    Args:
        folder: of the data set.
        name: of the table.
        config: with the columns.
        form: what was recognised.

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
    records = tables.read_table(folder, name)
    # Where no row can be used, that is the error, and not the lack of columns.
    listed = tables.list_columns(records)
    chosen = resolve_columns(config.columns, listed)
    columns = listed or tuple(vars(chosen).values())
    rows = list(_parse_rows(folder, records, chosen))
    if chosen.audio in columns:  # else that is the error
        _warn_of_unlisted(folder, name, records, chosen.audio)
    return RowSource(str(folder.path / name), columns, rows, len(rows), form=f"{form} ({name})")


def _parse_rows(
    folder: DatasetFolder, records: tables.Records, columns: ColumnsConfig
) -> Iterator[DatasetRow | RowProblem]:
    for record in records:
        if isinstance(record, RowProblem):
            yield record
            continue
        where, values = record
        name = values.get(columns.audio)
        stem = PurePosixPath(name).stem if isinstance(name, str) else ""
        try:
            channel = parse_channel(values.get(columns.channel)) if columns.channel else None
        except DatasetError as error:
            yield RowProblem(where, str(error))
            continue
        if columns.channel:
            stem = f"{stem}-{values.get(columns.channel)}"
        decode = open_audio(folder, name, channel)
        yield DatasetRow(where, values, stem, decode, path=folder.name_recording(name))


def _warn_of_unlisted(
    folder: DatasetFolder, name: str, records: tables.Records, column: str
) -> None:
    rows = (record[1] for record in records if not isinstance(record, RowProblem))
    listed = {PurePosixPath(str(row.get(column))).as_posix() for row in rows}
    unlisted = sorted({folder.name_file(path) for path in folder.list_audio()} - listed)
    if unlisted:
        text = "%s: audio files without a row in %s are left out: %d, such as %s"
        log.warning(text, folder.path, name, len(unlisted), unlisted[0])


def detect(folder: DatasetFolder) -> bool:
    """Tell whether there is a CSV or TSV file."""
    return bool(folder.list_files("*.csv", "*.tsv"))


def open_rows(folder: DatasetFolder, config: DatasetConfig) -> RowSource:
    """Read the rows of the table.

    Raises:
        DatasetError: there are several, or it cannot be read.
    """
    name = choose_only_list(folder, [path.name for path in folder.list_files("*.csv", "*.tsv")])
    return read_listed_rows(folder, name, config, READER.title)


READER = register_reader(
    DatasetReader(
        "table",
        70,
        "table",
        "a .csv or .tsv file with the columns that dataset.columns names",
        detect,
        open_rows,
    )
)
