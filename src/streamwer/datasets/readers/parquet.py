"""Parquet files with embedded audio, as `datasets` writes them: one, or several parts of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets import tables
from streamwer.datasets.dataset_folder import DatasetFolder
from streamwer.datasets.embedded_audio import AudioColumn, find_audio_columns, name_clip
from streamwer.datasets.readers.base import DatasetReader, refuse_split, register_reader
from streamwer.datasets.rows import DatasetRow, RowProblem, RowSource
from streamwer.errors import DatasetError
from streamwer.formats.format_value import format_value


def detect(folder: DatasetFolder) -> bool:
    """Tell whether a Parquet file has a column with audio."""
    return any(find_audio_columns(path) for path in folder.list_files("*.parquet", deep=True))


def open_rows(folder: DatasetFolder, config: DatasetConfig) -> RowSource:
    """Read the rows of all files that have audio, in order of their names.

    Raises:
        DatasetError: a file cannot be read, or which column holds the audio is not clear.
    """
    refuse_split(config, READER.title)
    files = [path for path in folder.list_files("*.parquet", deep=True) if find_audio_columns(path)]
    column = _choose_column(folder, files[0], config)
    rows = [row for path in files for row in _parse_rows(folder, path, column, len(files) > 1)]
    values = [row.values for row in rows if isinstance(row, DatasetRow)]
    names = dict.fromkeys(name for each in values for name in each)
    found = f"{READER.title} ({', '.join(map(folder.name_file, files))})"
    return RowSource(
        str(folder.path),
        (column, *names),
        rows,
        len(rows),
        reader_columns=replace(config.columns, audio=column),
        form=found,
    )


def _choose_column(folder: DatasetFolder, path: Path, config: DatasetConfig) -> str:
    columns = find_audio_columns(path)
    if config.columns.audio in columns:
        return config.columns.audio
    if len(columns) > 1:
        raise DatasetError(
            f"{folder.name_file(path)}: {' and '.join(map(format_value, columns))} hold audio;"
            " name one of them in dataset.columns.audio"
        )
    return columns[0]


def _parse_rows(
    folder: DatasetFolder, path: Path, column: str, several: bool
) -> Iterator[DatasetRow | RowProblem]:
    name = folder.name_file(path)
    clips = AudioColumn(folder.resolve_file(name), column)
    for number, record in enumerate(tables.read_table(folder, name)):
        if isinstance(record, RowProblem):
            yield record
            continue
        where, values = record
        where = f"{name}, {where}" if several else where
        clip_name, stem = name_clip(values[column], number + 1)
        other_values = {key: value for key, value in values.items() if key != column}
        decode = partial(clips.decode, number, clip_name, None)
        yield DatasetRow(where, other_values, stem, decode)


READER = register_reader(
    DatasetReader(
        "parquet",
        60,
        "Parquet with embedded audio",
        ".parquet files with a column of audio, as `datasets` writes them",
        detect,
        open_rows,
    )
)
