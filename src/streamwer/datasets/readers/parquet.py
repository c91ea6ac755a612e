"""Parquet files with embedded audio, as `datasets` writes them: one, or several parts of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets import tables
from streamwer.datasets.dataset_folder import Folder
from streamwer.datasets.embedded import Clips, find_columns
from streamwer.datasets.readers.base import Form, refuse_split
from streamwer.datasets.rows import Row, Source, Unusable
from streamwer.errors import DatasetError
from streamwer.formats.format_value import told
from streamwer.formats.recording_ids import cleaned

_LONGEST_STEM = 100


def detect(folder: Folder) -> bool:
    """Whether a Parquet file has a column with audio."""
    return any(find_columns(path) for path in folder.files("*.parquet", deep=True))


def open_rows(folder: Folder, config: DatasetConfig) -> Source:
    """The rows of all files that have audio, in order of their names.

    Raises:
        DatasetError: a file cannot be read, or which column holds the audio is not clear.
    """
    refuse_split(config, FORM.name)
    files = [path for path in folder.files("*.parquet", deep=True) if find_columns(path)]
    column = _choose_column(folder, files[0], config)
    rows = [row for path in files for row in _rows(folder, path, column, len(files) > 1)]
    values = [row.values for row in rows if isinstance(row, Row)]
    names = dict.fromkeys(name for each in values for name in each)
    found = f"{FORM.name} ({', '.join(map(folder.relative, files))})"
    return Source(
        str(folder.path),
        (column, *names),
        rows,
        len(rows),
        named=replace(config.columns, audio=column),
        form=found,
    )


def _choose_column(folder: Folder, path: Path, config: DatasetConfig) -> str:
    columns = find_columns(path)
    if config.columns.audio in columns:
        return config.columns.audio
    if len(columns) > 1:
        raise DatasetError(
            f"{folder.relative(path)}: {' and '.join(map(told, columns))} hold audio;"
            " name one of them in dataset.columns.audio"
        )
    return columns[0]


def _rows(folder: Folder, path: Path, column: str, several: bool) -> Iterator[Row | Unusable]:
    name = folder.relative(path)
    clips = Clips(folder.file(name), column)
    for number, record in enumerate(tables.read(folder, name)):
        if isinstance(record, Unusable):
            yield record
            continue
        where, values = record
        where = f"{name}, {where}" if several else where
        clip = values[column]
        given = clip.get("path") if isinstance(clip, dict) else None
        heard = PurePosixPath(given if isinstance(given, str) else f"row-{number + 1:06d}")
        # The id where there is no other: what is in the path of a clip may be anything.
        stem = cleaned(heard.stem).lstrip("_ .")[:_LONGEST_STEM].rstrip(" .")
        others = {key: value for key, value in values.items() if key != column}
        yield Row(where, others, stem, partial(clips.decode, number, heard.name, None))


FORM = Form(
    "Parquet with embedded audio",
    "parquet: .parquet files with a column of audio, as `datasets` writes them",
    detect,
    open_rows,
)
