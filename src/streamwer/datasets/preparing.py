"""From a source to a prepared data set: every recording checked, decoded and written, or none."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

from streamwer import audio
from streamwer.config import ColumnsConfig, DatasetConfig
from streamwer.datasets import manifest, rows, words
from streamwer.datasets.problems import Problems
from streamwer.datasets.rows import Row, Source
from streamwer.datasets.staging import replacing
from streamwer.errors import ConfigError, DatasetError
from streamwer.transcript import Reference

Progress = Callable[[int, int | None], None]
"""Told the number of recordings done, and of all where that is known."""


def prepare(
    config: DatasetConfig, out: Path, progress: Progress | None = None
) -> tuple[Reference, ...]:
    """Write a data set's manifest and 16 kHz mono audio into `out`, replacing an earlier result.

    Everything is written beside `out` and moved there at the end: an error or an interrupt leaves
    `out` as it was. The same source gives the same bytes.

    Returns:
        The recordings, sorted by id.

    Raises:
        ConfigError: a key of the config makes no sense.
        DatasetError: the source cannot be read, or some of its rows cannot be used: all of them
            are named together. Or `out` holds something that is not a prepared data set.
    """
    if config.limit is not None and config.limit < 1:
        raise ConfigError(f"dataset.limit: {config.limit} is not a number of recordings from 1 on")
    source = _open(config)
    columns = rows.present(config.columns, source)
    with replacing(out) as folder:
        references = _collect(source, columns, config.limit, folder, progress)
        manifest.write(folder, references)
    return tuple(sorted(references, key=lambda reference: reference.recording))


def _open(config: DatasetConfig) -> Source:
    # Imported when wanted: `datasets` takes a second to import, which a folder need not wait for.
    if config.source == "folder":
        from streamwer.datasets import folder

        return folder.open_source(config)
    if config.source == "hub":
        from streamwer.datasets import hub

        return hub.open_source(config)
    raise ConfigError(f"dataset.source: '{config.source}' is neither 'folder' nor 'hub'")


def _collect(
    source: Source,
    columns: ColumnsConfig,
    limit: int | None,
    folder: Path,
    progress: Progress | None,
) -> list[Reference]:
    (folder / "audio").mkdir()
    total = source.total if limit is None else min(limit, source.total or limit)
    taken: dict[str, str] = {}
    references: list[Reference] = []
    problems = Problems(source.name)
    for done, row in enumerate(islice(source.rows, limit), start=1):
        with problems.of(row.where):
            references.append(_convert(row, columns, folder, taken))
        if progress:
            progress(done, total)
    problems.raise_any("row", "rows")
    if not references:
        raise DatasetError(f"{source.name}: it has no rows")
    return references


def _convert(row: Row, columns: ColumnsConfig, folder: Path, taken: dict[str, str]) -> Reference:
    said = rows.fields(row, columns)
    # Two ids that differ only in case would be one file on some file systems.
    first = taken.setdefault(said.recording.casefold(), row.where)
    if first != row.where:
        raise DatasetError(f"the id '{said.recording}' is that of {first}; ids must differ")
    samples = row.load()
    seconds = audio.seconds(samples.size)
    words.check_inside(said.words, seconds)
    path = manifest.audio_path(said.recording)
    audio.write_flac(folder / path, samples)
    return Reference(
        recording=said.recording,
        audio=path,
        seconds=seconds,
        text=said.text,
        speaker=said.speaker,
        condition=said.condition,
        words=said.words,
    )
