"""From a source to a prepared data set: every recording that can be used, and what cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from streamwer.config import plugins
from streamwer.config.condition import Chain
from streamwer.config.dataset import DatasetConfig
from streamwer.datasets import augmentation, concatenating, origins, problems, rows, sampling
from streamwer.datasets.augment import multiply
from streamwer.datasets.collecting import Progress, collect
from streamwer.datasets.rows import Source
from streamwer.datasets.staging import replacing
from streamwer.errors import ConfigError
from streamwer.formats import manifest
from streamwer.types import Reference

DAMAGED_AUDIO = ("repair", "refuse")
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
        DiskError: there is no room for it, or for temporary files.
    """
    augmentation.check(chains)
    source = open_source(config, fetching)
    columns = rows.present(config.columns, source)
    source = sampling.taken(source, config.limit, config.shuffle_seed)
    with replacing(out) as folder:
        takes, outcome = collect(source, columns, config, folder, progress)
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
    if config.damaged_audio not in DAMAGED_AUDIO:
        allowed = " or ".join(DAMAGED_AUDIO)
        raise ConfigError(f"dataset.damaged_audio={config.damaged_audio} must be {allowed}")
    concatenating.check(config.concatenate)
    # Imported when wanted: `datasets` takes a second to import, which a folder need not wait for.
    if config.source == "folder":
        from streamwer.datasets import folder

        return folder.open_source(config)
    if config.source == "hub":
        from streamwer.datasets import hub

        return hub.open_source(config, fetching)
    added = plugins.get("dataset", config.source)
    if added:
        source: Source = added.target(config).source()
        return source
    raise ConfigError(f"dataset.source: '{config.source}' is neither 'folder' nor 'hub'")
