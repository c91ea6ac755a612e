"""LJSpeech's list: `metadata.csv` without a header, `ID|TEXT` or `ID|TEXT|AS SPOKEN` in each line.

The audio of an id lies beside the list or in `wavs`. Of two texts the second is what was said, with
numbers and abbreviations spelt out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.dataset_folder import Folder, Line
from streamwer.datasets.readers.base import Form, refuse_split, sound, source
from streamwer.datasets.rows import Row, Source, Unusable
from streamwer.errors import DatasetError
from streamwer.formats.recording_ids import composed

_PATTERNS = ("*.csv", "*.txt")
_LOOKED_AT = 20
_BARS = (1, 2)


def detect(folder: Folder) -> bool:
    """Whether a list names, in each of its first lines, audio that is there."""
    return bool(_lists(folder))


def open_rows(folder: Folder, config: DatasetConfig) -> Source:
    """The rows of the list.

    Raises:
        DatasetError: there are several.
    """
    refuse_split(config, FORM.name)
    found = _lists(folder)
    if len(found) > 1:
        raise DatasetError(
            f"{folder.path}: {', '.join(found)} are there; name one of them in dataset.path"
        )
    return source(folder, f"{FORM.name} ({found[0]})", _rows(folder, found[0]))


def _lists(folder: Folder) -> list[str]:
    named = [path.name for path in folder.files(*_PATTERNS)]
    lists = {name: lines for name in named if (lines := _first_lines(folder, name))}
    sounds = _sounds(folder) if lists else {}
    return [
        name
        for name, lines in lists.items()
        if all(composed(line.partition("|")[0].strip()) in sounds for line in lines)
    ]


def _first_lines(folder: Folder, name: str) -> list[str]:
    """The first lines of a file, if they all have as many bars as such a list has."""
    try:
        lines = list(islice(folder.lines(name), _LOOKED_AT))
    except DatasetError:  # a link out of the folder is none of its files
        return []
    texts = [line.text for line in lines if isinstance(line, Line)]
    fits = len(texts) == len(lines) and all(text.count("|") in _BARS for text in texts)
    return texts if fits else []


def _sounds(folder: Folder) -> dict[str, Path]:
    return {composed(path.stem): path for path in folder.sounds()}


def _rows(folder: Folder, name: str) -> Iterator[Row | Unusable]:
    sounds = _sounds(folder)
    for line in folder.lines(name):
        yield _row(folder, line, sounds) if isinstance(line, Line) else line


def _row(folder: Folder, line: Line, sounds: Mapping[str, Path]) -> Row | Unusable:
    name, *texts = (cell.strip() for cell in line.text.split("|"))
    if len(texts) not in _BARS:
        return Unusable(line.where, "not 'ID|TEXT' or 'ID|TEXT|AS SPOKEN'")
    path = sounds.get(composed(name))
    heard = folder.relative(path) if path else f"wavs/{name}.wav"
    values = {"id": name, "text": texts[-1] or texts[0]}
    return Row(line.where, values, name, sound(folder, heard), path=folder.place(heard))


FORM = Form(
    "LJSpeech list",
    "ljspeech: a .csv without a header, ID|TEXT in each line, audio beside it or in wavs",
    detect,
    open_rows,
)
