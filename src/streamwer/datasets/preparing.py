"""From a source to a prepared data set: every recording that can be used, and what cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from streamwer import audio, conditions, extensions
from streamwer.condition_config import Chain
from streamwer.config import ColumnsConfig, DatasetConfig
from streamwer.datasets import concatenating, manifest, origins, problems, rows, sampling, words
from streamwer.datasets.multiplying import multiply
from streamwer.datasets.naming import composed
from streamwer.datasets.problems import Outcome, Problems
from streamwer.datasets.quoting import printable
from streamwer.datasets.rows import Fields, Row, Source, Unusable
from streamwer.datasets.staging import replacing
from streamwer.errors import ConfigError, DatasetError, StreamwerError
from streamwer.transcript import Reference

Progress = Callable[[int, int | None], None]
"""Told the number of rows done, and of all where that is known."""
Fetching = Callable[[str, int, int], None]
"""Told a file's name, how many bytes of it are there, and how many it has."""


def prepare(
    config: DatasetConfig,
    out: Path,
    progress: Progress | None = None,
    chains: Sequence[Chain] = (Chain(),),
    fetching: Fetching | None = None,
) -> tuple[Reference, ...]:
    """Write a data set's manifest and 16 kHz mono audio into `out`, replacing an earlier result.

    Everything is written beside `out` and moved there at the end: an error or an interrupt leaves
    `out` as it was. The same source gives the same bytes. Audio is never held as a whole.

    A row without a usable reference is left out and listed in `rows.json`; one whose reference is
    sound but whose audio is not stays in the manifest, and counts as a failure of every system.

    Args:
        config: the source.
        out: the folder.
        progress: told of the recordings that are read, and then of those that are altered.
        chains: the conditions under which each recording is prepared.
        fetching: told of the files that are downloaded.

    Returns:
        The recordings, sorted by id.

    Raises:
        ConfigError: a key of the config makes no sense, or a codec of a chain cannot be had.
        DatasetError: the source cannot be read, or none of its rows can be used: the first of
            them are named together. Or `out` holds something that is not a prepared data set.
    """
    conditions.check(chains)
    source = open_source(config, fetching)
    columns = rows.present(config.columns, source)
    source = sampling.taken(source, config.limit, config.shuffle_seed)
    with replacing(out) as folder:
        takes, outcome = _collect(source, columns, config, folder, progress)
        references = concatenating.join(takes, config.concatenate, folder)
        altered = multiply(folder, references, chains, progress or (lambda done, total: None))
        manifest.write(folder, altered)
        problems.write(folder, outcome)
        origins.write(folder, origins.of(config, source.commit))
    return tuple(sorted(altered, key=lambda reference: reference.recording))


def open_source(config: DatasetConfig, fetching: Fetching | None = None) -> Source:
    """The rows that a config names, all of them.

    Args:
        config: the source.
        fetching: told of the files that are downloaded.

    Raises:
        ConfigError: a key of the config makes no sense.
        DatasetError: the source cannot be read.
    """
    if config.limit is not None and config.limit < 1:
        raise ConfigError(f"dataset.limit: {config.limit} is not a number of rows from 1 on")
    if config.shuffle_seed is not None and config.limit is None:
        raise ConfigError("dataset.shuffle_seed draws rows: it needs dataset.limit")
    concatenating.check(config.concatenate)
    # Imported when wanted: `datasets` takes a second to import, which a folder need not wait for.
    if config.source == "folder":
        from streamwer.datasets import folder

        return folder.open_source(config)
    if config.source == "hub":
        from streamwer.datasets import hub

        return hub.open_source(config, fetching)
    added = extensions.get("dataset", config.source)
    if added:
        source: Source = added.target(config).source()
        return source
    raise ConfigError(f"dataset.source: '{config.source}' is neither 'folder' nor 'hub'")


def _collect(
    source: Source,
    columns: ColumnsConfig,
    config: DatasetConfig,
    folder: Path,
    progress: Progress | None,
) -> tuple[list[concatenating.Take], Outcome]:
    (folder / "audio").mkdir()
    taken: dict[str, str] = {}
    takes: list[concatenating.Take] = []
    noted = Problems(source.name, list(source.problems))
    done = 0
    for done, row in enumerate(source.rows, start=1):
        if isinstance(row, Unusable):
            noted.unusable.append(row)
        else:
            with noted.of(row.where):
                said = rows.fields(row, columns, config.unscored)
                _claim(said.recording, row.where, taken)
                reference = replace(
                    _convert(row, said, folder), language=said.language or config.language
                )
                takes.append(concatenating.Take(reference, said.session))
                if reference.broken:
                    noted.broken.append(Unusable(row.where, reference.broken))
        if progress:
            progress(done, source.total)
    if all(take.reference.broken for take in takes):
        noted.refuse()
    return takes, noted.outcome(source.form, len(source.problems) + done)


def _claim(recording: str, where: str, taken: dict[str, str]) -> None:
    # Two ids that differ only in case would be one file on some file systems.
    first = taken.setdefault(composed(recording.casefold()), where)
    if first != where:
        raise DatasetError(
            f"the id '{recording}' is that of {first}; ids must differ: give one another name, "
            "or list the files in a table with a column of ids (dataset.columns.id)"
        )


def _convert(row: Row, said: Fields, folder: Path) -> Reference:
    path = manifest.audio_path(said.recording)
    seconds, broken = 0.0, ""
    try:
        seconds = audio.seconds(audio.write_flac_chunks(folder / path, row.sound()))
    except StreamwerError as error:
        (folder / path).unlink(missing_ok=True)
        broken = printable(str(error))
    if not broken:
        try:
            words.check_inside(said.words, seconds)
        except DatasetError:
            (folder / path).unlink()
            raise
    return Reference(
        recording=said.recording,
        audio=path,
        seconds=seconds,
        text=said.text,
        speaker=said.speaker,
        condition=said.condition,
        words=said.words,
        broken=broken,
    )
