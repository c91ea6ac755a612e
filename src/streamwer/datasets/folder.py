"""Recordings in a folder, in the Hugging Face audiofolder layout.

Audio files, and beside them `metadata.jsonl` or `metadata.csv` with one row per file: the file's
name relative to the folder, the transcript, and whatever else is known.
"""

from __future__ import annotations

import csv
import json
import logging
from collections.abc import Iterator
from functools import partial
from io import StringIO
from pathlib import Path, PurePosixPath

from streamwer import audio
from streamwer.audio import Samples
from streamwer.config import DatasetConfig
from streamwer.datasets.problems import Problems
from streamwer.datasets.rows import Row, Source
from streamwer.errors import ConfigError, DatasetError

log = logging.getLogger(__name__)

NAMES = ("metadata.jsonl", "metadata.csv")
_EXAMPLE = '{"file_name": "a.wav", "text": "what was said"}'

Values = dict[str, object]


def open_source(config: DatasetConfig) -> Source:
    """The rows that a folder's metadata lists, in its order.

    Raises:
        ConfigError: a key is set that only makes sense for the hub.
        DatasetError: there is no such folder or no metadata in it, or the metadata cannot be
            read or has no rows. All unreadable rows are named together.
    """
    for key in ("subset", "split", "revision"):
        if getattr(config, key) is not None:
            raise ConfigError(f"dataset.{key}: has no meaning for a folder; leave it null")
    folder = Path(config.path).expanduser()
    metadata = _metadata(folder)
    table = _read_csv(metadata) if metadata.suffix == ".csv" else _read_jsonl(metadata)
    if not table:
        raise DatasetError(f"{metadata}: it has no rows; write {_EXAMPLE} for each recording")
    _warn_of_others(folder, metadata.name, table, config.columns.audio)
    columns = tuple(dict.fromkeys(name for _, values in table for name in values))
    rows = list(_rows(folder, table, config.columns.audio))
    return Source(str(metadata), columns, rows, total=len(rows))


def _metadata(folder: Path) -> Path:
    if not folder.is_dir():
        raise DatasetError(f"{folder}: no such folder (dataset.path)")
    if not any(folder.iterdir()):
        raise DatasetError(f"{folder}: the folder is empty; put audio files and {NAMES[0]} there")
    found = [folder / name for name in NAMES if (folder / name).is_file()]
    if not found:
        raise DatasetError(
            f"{folder}: neither {' nor '.join(NAMES)} is there; "
            f"write {NAMES[0]} with a line such as {_EXAMPLE} for each recording"
        )
    if len(found) > 1:
        raise DatasetError(f"{folder}: both {' and '.join(NAMES)} are there; keep one of them")
    return found[0]


def _read_jsonl(path: Path) -> list[tuple[str, Values]]:
    table: list[tuple[str, Values]] = []
    problems = Problems(str(path))
    for number, line in enumerate(_content(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"line {number}"
        with problems.of(where):
            table.append((where, _object(line)))
    problems.raise_any("line", "lines")
    return table


def _object(line: str) -> Values:
    try:
        values = json.loads(line)
    except ValueError as error:
        raise DatasetError(f"not JSON ({error})") from error
    if not isinstance(values, dict):
        raise DatasetError(f"not a JSON object, such as {_EXAMPLE}")
    return values


def _read_csv(path: Path) -> list[tuple[str, Values]]:
    # Rows, not lines: a quoted transcript may span several lines. Row 1 follows the header.
    try:
        rows = list(csv.DictReader(StringIO(_content(path), newline=""), strict=True))
    except csv.Error as error:
        raise DatasetError(f"{path}: not readable as CSV ({error})") from error
    table: list[tuple[str, Values]] = []
    problems = Problems(str(path))
    for number, row in enumerate(rows, start=1):
        with problems.of(f"row {number}"):
            if None in row:
                raise DatasetError("it has more cells than the header has columns; quote commas")
            table.append((f"row {number}", dict(row)))
    problems.raise_any("row", "rows")
    return table


def _content(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{path}: not UTF-8 text (byte {error.start}); save it as such"
        ) from error
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror})") from error


def _rows(folder: Path, table: list[tuple[str, Values]], column: str) -> Iterator[Row]:
    for where, values in table:
        name = values.get(column)
        stem = PurePosixPath(name).stem if isinstance(name, str) else ""
        yield Row(where, values, stem, partial(_load, folder, name, column))


def _load(folder: Path, name: object, column: str) -> Samples:
    if not isinstance(name, str) or not name.strip():
        raise DatasetError(f"no audio file is named (column '{column}')")
    inside = PurePosixPath(name)
    # By the name alone: an audio file may well be a link into a cache elsewhere.
    if inside.is_absolute() or ".." in inside.parts:
        raise DatasetError(f"'{name}' is outside the folder (column '{column}')")
    return audio.load(folder / inside)


def _warn_of_others(
    folder: Path, metadata: str, table: list[tuple[str, Values]], column: str
) -> None:
    listed = {PurePosixPath(str(values.get(column))).as_posix() for _, values in table}
    files = (path for path in folder.rglob("*") if path.suffix.lower() in audio.SUFFIXES)
    others = sorted({path.relative_to(folder).as_posix() for path in files} - listed)
    if others:
        text = "%s: %d audio files have no row in %s and are left out, such as %s"
        log.warning(text, folder, len(others), metadata, others[0])
