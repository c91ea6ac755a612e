"""LJSpeech's list: `metadata.csv` without a header, `ID|TEXT` or `ID|TEXT|AS SPOKEN` in each line.

The audio of an id lies beside the list or in `wavs`. Of two texts the second is what was said, with
numbers and abbreviations spelt out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.dataset_folder import DatasetFolder, TextLine
from streamwer.datasets.readers.base import (
    DatasetReader,
    choose_only_list,
    create_source,
    open_audio,
    refuse_split,
    register_reader,
)
from streamwer.datasets.rows import DatasetRow, RowProblem, RowSource
from streamwer.errors import DatasetError
from streamwer.formats.recording_ids import normalise_nfc

_PATTERNS = ("*.csv", "*.txt")
_LINES_READ = 20
_BARS = (1, 2)


def detect(folder: DatasetFolder) -> bool:
    """Tell whether a list names, in each of its first lines, audio that is there."""
    return bool(_find_lists(folder))


def open_rows(folder: DatasetFolder, config: DatasetConfig) -> RowSource:
    """Read the rows of the list.

    Raises:
        DatasetError: there are several.
    """
    refuse_split(config, READER.title)
    name = choose_only_list(folder, _find_lists(folder))
    return create_source(folder, f"{READER.title} ({name})", _parse_rows(folder, name))


def _find_lists(folder: DatasetFolder) -> list[str]:
    names = [path.name for path in folder.list_files(*_PATTERNS)]
    lists = {name: lines for name in names if (lines := _read_first_lines(folder, name))}
    sounds = _index_audio(folder) if lists else {}
    return [
        name
        for name, lines in lists.items()
        if all(normalise_nfc(line.partition("|")[0].strip()) in sounds for line in lines)
    ]


def _read_first_lines(folder: DatasetFolder, name: str) -> list[str]:
    """Read the first lines of a file, if they all have as many bars as such a list has."""
    try:
        lines = list(islice(folder.read_lines(name), _LINES_READ))
    except DatasetError:  # a link out of the folder is none of its files
        return []
    texts = [line.text for line in lines if isinstance(line, TextLine)]
    fits = len(texts) == len(lines) and all(text.count("|") in _BARS for text in texts)
    return texts if fits else []


def _index_audio(folder: DatasetFolder) -> dict[str, Path]:
    return {normalise_nfc(path.stem): path for path in folder.list_audio()}


def _parse_rows(folder: DatasetFolder, name: str) -> Iterator[DatasetRow | RowProblem]:
    sounds = _index_audio(folder)
    for line in folder.read_lines(name):
        yield _parse_row(folder, line, sounds) if isinstance(line, TextLine) else line


def _parse_row(
    folder: DatasetFolder, line: TextLine, sounds: Mapping[str, Path]
) -> DatasetRow | RowProblem:
    name, *texts = (cell.strip() for cell in line.text.split("|"))
    if len(texts) not in _BARS:
        return RowProblem(line.where, "not 'ID|TEXT' or 'ID|TEXT|AS SPOKEN'")
    path = sounds.get(normalise_nfc(name))
    audio_name = folder.name_file(path) if path else f"wavs/{name}.wav"
    values = {"id": name, "text": texts[-1] or texts[0]}
    return DatasetRow(
        line.where,
        values,
        name,
        open_audio(folder, audio_name),
        path=folder.name_recording(audio_name),
    )


READER = register_reader(
    DatasetReader(
        "ljspeech",
        10,
        "LJSpeech list",
        "a .csv without a header, ID|TEXT in each line, audio beside it or in wavs",
        detect,
        open_rows,
    )
)
