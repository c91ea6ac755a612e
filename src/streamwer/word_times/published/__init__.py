"""Alignments that others published: TextGrids, parquet tables and CTM, by the files' suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from streamwer.alignment_config import PublishedConfig
from streamwer.datasets.naming import composed
from streamwer.errors import DatasetError
from streamwer.logs.references import ctm
from streamwer.transcript import Word
from streamwer.word_times.published import table, textgrid

Alignments = Mapping[str, tuple[Word, ...]]
"""The words of each recording with their times, in order."""


READERS: Mapping[str, Callable[[Path, PublishedConfig], Alignments]] = {
    ".textgrid": textgrid.read,
    ".parquet": table.read,
    ".ctm": lambda path, _: {each.recording: each.words for each in ctm.read(path).items},
}


def read(config: PublishedConfig) -> Alignments:
    """The alignments of all files.

    Raises:
        DatasetError: there is no such file, one is malformed, or a recording is in two of them;
            names the file.
    """
    found: dict[str, tuple[Word, ...]] = {}
    homes: dict[str, Path] = {}
    for file in _files(config):
        for name, words in READERS[file.suffix.lower()](file, config).items():
            recording = composed(name)  # as ids are
            if recording in homes:
                raise DatasetError(f"{file}: '{recording}' is in {homes[recording]} too")
            homes[recording], found[recording] = file, words
    return found


def _files(config: PublishedConfig) -> tuple[Path, ...]:
    path = Path(config.path).expanduser()
    inside = sorted(path.glob(config.pattern)) if path.is_dir() else [path]
    files = tuple(file for file in inside if file.suffix.lower() in READERS and file.is_file())
    if not files:
        where = f"'{config.pattern}' in this folder" if path.is_dir() else "such a file"
        raise DatasetError(f"{path}: no {where} is a .TextGrid, .parquet or .ctm (alignment.path)")
    return files
