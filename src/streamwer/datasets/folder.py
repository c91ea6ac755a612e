"""Recordings in a folder, in whatever form they have there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets import ids, readers, timings
from streamwer.datasets.dataset_folder import Folder
from streamwer.datasets.rows import Row, Source, Unusable, resolve_columns
from streamwer.datasets.timed_transcript import Spoken
from streamwer.datasets.unmatched_word_times import unheard
from streamwer.errors import ConfigError, DatasetError

CHANNELS = ("mix", "split")
_LISTS = (".jsonl", ".json", ".csv", ".tsv", ".parquet", ".trans.txt", *timings.SUFFIXES)


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
    form = readers.recognise(folder, config.form)
    source = form.open(folder, config)
    named = source.named or config.columns
    source = ids.distinct(
        source if form is readers.FORMS["timed"] else _with_times(source, folder, config),
        named.id,
        partly=source.named is not None,
    )
    if {named.audio, named.text} <= set(source.columns):
        return source
    return replace(source, remedy=_remedy(folder, form))


def _remedy(folder: Folder, taken: readers.Form) -> str:
    """What to do about columns that are not there: perhaps it is another form that is meant."""
    (name,) = (name for name, form in readers.FORMS.items() if form is taken)
    others = [
        name
        for name, form in readers.FORMS.items()
        if form is not taken and not folder.only and form.detect(folder)
    ]
    ways = ["name its columns in dataset.columns", *(f"set dataset.form={name}" for name in others)]
    return f". It was read as dataset.form={name}: {', or '.join(ways)}"


def _folder(path: Path) -> Folder:
    if path.is_file():
        if not path.name.lower().endswith(_LISTS):
            remedy = "name the folder, or a list of recordings in it (dataset.path)"
            raise DatasetError(f"{path}: is no list of recordings; {remedy}")
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
    rows = list(source.rows)
    # A file may name a recording of which each channel, or segment, is a row.
    places = {place for row in rows if isinstance(row, Row) for place in (row.path, row.place)}
    sounds = {folder.place(folder.relative(path)) for path in folder.sounds()}
    named = config.columns.words
    tier = "" if named in source.columns else named  # else it is a column of the table
    found = timings.read(folder, config.channels == "split", places - {""}, sounds, tier)
    spoken = found.by_name()
    used = {id(spoken[row.place]) for row in rows if isinstance(row, Row) and row.place in spoken}
    unused = {key: said for key, said in found.spoken.items() if id(said) not in used}
    columns = resolve_columns(source.named or config.columns, source.columns)
    column = columns.words or "words"
    return replace(
        source,
        columns=tuple(dict.fromkeys((*source.columns, column))),
        named=replace(columns, words=column),
        rows=list(_timed(rows, spoken, column)),
        problems=(*source.problems, *found.problems, *unheard(unused, places, sounds)),
        form=f"{source.form}, word times beside it",
    )


def _timed(
    rows: Iterable[Row | Unusable],
    spoken: dict[str, Spoken],
    column: str,
) -> Iterator[Row | Unusable]:
    for row in rows:
        known = None if isinstance(row, Unusable) else spoken.get(row.place)
        if isinstance(row, Unusable) or known is None or row.values.get(column):
            yield row
            continue
        words = [{"text": w.text, "start": w.start, "end": w.end} for w in known.words]
        yield replace(row, values={**row.values, column: words})
