"""Preparation of a data set: a manifest and audio that every later stage reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from streamwer.config import registry
from streamwer.config.condition import EffectChain
from streamwer.config.dataset import DatasetConfig
from streamwer.config.settings import check_settings
from streamwer.datasets import concatenation, origin, row_summary, rows, sampling
from streamwer.datasets.augment import augment_recordings
from streamwer.datasets.augmentation.effects import check_effects
from streamwer.datasets.conversion import convert_rows
from streamwer.datasets.rows import DownloadProgress, Progress, RowSource
from streamwer.datasets.sources.hub import HubSource
from streamwer.datasets.staging import replace_folder
from streamwer.errors import ConfigError
from streamwer.formats import manifest
from streamwer.types import Reference


def prepare_dataset(
    config: DatasetConfig,
    out: Path,
    progress: Progress | None = None,
    chains: Sequence[EffectChain] = (EffectChain(),),
    download_progress: DownloadProgress | None = None,
) -> tuple[Reference, ...]:
    """Write a data set's manifest and 16 kHz mono audio into `out`, replacing an earlier result.

    Everything is written beside `out` and moved there at the end: an error or an interrupt leaves
    `out` as it was. The same source gives the same bytes. Audio is never held as a whole.

    A row without a usable reference is left out and listed in `rows.json`; one whose reference is
    sound but whose audio is not stays in the manifest, and counts as a failure of every system.

    Args:
        config: the source.
        out: the folder.
        progress: called with the number of recordings that are read, then altered.
        chains: the conditions under which each recording is prepared.
        download_progress: called for each piece of a file that is downloaded.

    Returns:
        The recordings, sorted by id.

    Raises:
        ConfigError: a key of the config makes no sense, or a codec of a chain cannot be had.
        DatasetError: the source cannot be read, or none of its rows can be used: the first of
            them are named together. Or `out` holds something that is not a prepared data set.
        DiskError: there is no room for it, or for temporary files.
    """
    check_effects(chains)
    source = open_source(config, download_progress)
    columns = rows.select_columns(config.columns, source)
    source = sampling.limit_rows(source, config.limit, config.shuffle_seed)
    with replace_folder(out) as folder:
        recordings, summary = convert_rows(source, columns, config, folder, progress)
        references = concatenation.concatenate_recordings(recordings, config.concatenate, folder)
        altered = augment_recordings(
            folder, references, chains, progress or (lambda done, total: None)
        )
        manifest.write_manifest(folder, altered)
        row_summary.write_row_summary(folder, summary)
        origin.write_origin(folder, origin.describe_origin(config, source.commit))
    return tuple(sorted(altered, key=lambda reference: reference.recording))


def open_source(
    config: DatasetConfig, download_progress: DownloadProgress | None = None
) -> RowSource:
    """Open all rows of the data set that a config names.

    Args:
        config: the source.
        download_progress: called for each piece of a file that is downloaded.

    Raises:
        ConfigError: a key of the config makes no sense.
        DatasetError: the source cannot be read.
    """
    check_settings("dataset", config)
    check_settings("dataset.concatenate", config.concatenate)
    if config.shuffle_seed is not None and config.limit is None:
        raise ConfigError("dataset.shuffle_seed draws rows: it needs dataset.limit")
    chosen = registry.find("dataset", config.source)(config)
    source: RowSource = (
        chosen.source(download_progress) if isinstance(chosen, HubSource) else chosen.source()
    )
    return source
