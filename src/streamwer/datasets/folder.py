"""Recordings in a folder, in whatever form they have there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from streamwer.config import DatasetConfig
from streamwer.datasets import forms, timings
from streamwer.datasets.inside import Folder
from streamwer.datasets.rows import Row, Source, Unusable
from streamwer.errors import ConfigError, DatasetError

CHANNELS = ("mix", "split")


def open_source(config: DatasetConfig) -> Source:
    """The rows of a folder, or of one file in it, in its order.

    Raises:
        ConfigError: a key is set that makes no sense for a folder.
        DatasetError: there is no such folder, its form is not known, or what lists its rows
            cannot be read.
    """
    for key in ("subset", "split", "revision"):
        if getattr(config, key) is not None:
            raise ConfigError(f"dataset.{key}: has no meaning for a folder; leave it null")
    if config.channels not in CHANNELS:
        raise ConfigError(f"dataset.channels={config.channels} must be {' or '.join(CHANNELS)}")
    folder = _folder(Path(config.path).expanduser())
    form = forms.recognise(folder, config.form)
    source = form.open(folder, config)
    if form is forms.FORMS["timed"]:
        return source
    return _with_times(source, folder, config)


def _folder(path: Path) -> Folder:
    if path.is_file():
        return Folder(path.parent, path.name)
    if not path.is_dir():
        raise DatasetError(f"{path}: no such folder (dataset.path)")
    try:
        empty = not any(path.iterdir())
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror})") from error
    if empty:
        raise DatasetError(f"{path}: the folder is empty; put audio files and transcripts there")
    return Folder(path)


def _with_times(source: Source, folder: Folder, config: DatasetConfig) -> Source:
    """The rows with the times of their words, where CTM files or TextGrids have them."""
    if Path(folder.only).suffix.lower() not in timings.SUFFIXES:
        folder = Folder(folder.path)  # the user named a list of rows: times may lie beside it
    if not timings.files(folder):
        return source
    found = timings.read(folder, config.channels == "split")
    columns = source.named or config.columns
    column = columns.words or "words"
    return replace(
        source,
        columns=tuple(dict.fromkeys((*source.columns, column))),
        named=replace(columns, words=column),
        rows=list(_timed(source.rows, found.by_name(), column)),
        problems=(*source.problems, *found.problems),
        form=f"{source.form}, word times beside it",
    )


def _timed(
    rows: Iterable[Row | Unusable],
    spoken: dict[str, timings.Spoken],
    column: str,
) -> Iterator[Row | Unusable]:
    for row in rows:
        known = None if isinstance(row, Unusable) else spoken.get(row.stem)
        if isinstance(row, Unusable) or known is None or row.values.get(column):
            yield row
            continue
        words = [{"text": w.text, "start": w.start, "end": w.end} for w in known.words]
        yield replace(row, values={**row.values, column: words})
