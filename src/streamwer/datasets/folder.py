"""Data sets in a folder: rows from one of the readers, with word times beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets import ids, word_time_files
from streamwer.datasets.dataset_folder import DatasetFolder
from streamwer.datasets.readers import find_reader
from streamwer.datasets.readers.base import DatasetReader, list_readers
from streamwer.datasets.rows import DatasetRow, RowProblem, RowSource, resolve_columns
from streamwer.datasets.timed_transcript import TimedTranscript
from streamwer.datasets.unmatched_word_times import find_unmatched_word_times
from streamwer.errors import ConfigError, DatasetError

_LISTS = (".jsonl", ".json", ".csv", ".tsv", ".parquet", ".trans.txt", *word_time_files.SUFFIXES)


def open_source(config: DatasetConfig) -> RowSource:
    """Open the rows of a folder, or of one file in it, in its order.

    Raises:
        ConfigError: a key is set that makes no sense for a folder.
        DatasetError: there is no such folder, no reader fits it, or what lists its rows
            cannot be read.
    """
    for key in ("subset", "split", "revision"):
        if getattr(config, key) is not None:
            raise ConfigError(f"dataset.{key}: has no meaning for a folder; leave it null")
    folder = _open_folder(Path(config.path).expanduser())
    reader = find_reader(folder, config.reader)
    source = reader.open_rows(folder, config)
    columns = resolve_columns(source.reader_columns or config.columns, source.columns)
    source = ids.assign_ids(
        source if reader.reads_word_times else _add_word_times(source, folder, config),
        columns.id,
        partly=source.reader_columns is not None,
    )
    if {columns.audio, columns.text} <= set(source.columns):
        return source
    return replace(source, remedy=_suggest_remedy(folder, reader))


def _suggest_remedy(folder: DatasetFolder, reader: DatasetReader) -> str:
    """Suggest what to do about missing columns: perhaps another reader is meant."""
    fitting = [
        name
        for name, each in list_readers().items()
        if each is not reader and not folder.only_file and each.detect(folder)
    ]
    ways = [
        "name its columns in dataset.columns",
        *(f"set dataset.reader={each}" for each in fitting),
    ]
    return f". It was read as dataset.reader={reader.name}: {', or '.join(ways)}"


def _open_folder(path: Path) -> DatasetFolder:
    if path.is_file():
        if not path.name.lower().endswith(_LISTS):
            remedy = "name the folder, or a list of recordings in it (dataset.path)"
            raise DatasetError(f"{path}: is no list of recordings; {remedy}")
        return DatasetFolder(path.parent, path.name)
    if not path.is_dir():
        raise DatasetError(f"{path}: no such folder (dataset.path)")
    try:
        empty = not any(path.iterdir())
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror})") from error
    if empty:
        raise DatasetError(f"{path}: the folder is empty; put audio files and transcripts there")
    return DatasetFolder(path)


def _add_word_times(source: RowSource, folder: DatasetFolder, config: DatasetConfig) -> RowSource:
    """Add the times of words, where CTM, STM or TextGrid files have them."""
    if Path(folder.only_file).suffix.lower() not in word_time_files.SUFFIXES:
        # The user named a list of rows: word times may lie beside it.
        folder = DatasetFolder(folder.path)
    if not word_time_files.list_word_time_files(folder):
        return source
    all_rows = list(source.rows)
    rows = [row for row in all_rows if isinstance(row, DatasetRow)]
    # A file may name a recording of which each channel, or segment, is a row.
    places = {place for row in rows for place in (row.path, row.place)}
    audio = {folder.name_recording(folder.name_file(path)) for path in folder.list_audio()}
    tier = config.columns.words
    index = word_time_files.read_word_times(
        folder,
        config.channels == "split",
        places - {""},
        audio,
        "" if tier in source.columns else tier,  # else it is a column of the table
    )
    transcripts = index.index_by_name()
    used = {id(transcripts[row.place]) for row in rows if row.place in transcripts}
    unused = {key: each for key, each in index.transcripts.items() if id(each) not in used}
    columns = resolve_columns(source.reader_columns or config.columns, source.columns)
    column = columns.words or "words"
    unmatched = find_unmatched_word_times(unused, places, audio)
    return replace(
        source,
        columns=tuple(dict.fromkeys((*source.columns, column))),
        reader_columns=replace(columns, words=column),
        rows=[_add_words(row, transcripts, column) for row in all_rows],
        problems=(*source.problems, *index.problems, *unmatched),
        form=f"{source.form}, word times beside it",
    )


def _add_words(
    row: DatasetRow | RowProblem, transcripts: Mapping[str, TimedTranscript], column: str
) -> DatasetRow | RowProblem:
    transcript = None if isinstance(row, RowProblem) else transcripts.get(row.place)
    if isinstance(row, RowProblem) or transcript is None or row.values.get(column):
        return row
    return replace(row, values={**row.values, column: transcript.word_values})
