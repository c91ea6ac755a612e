"""Data sets on the Hugging Face hub, at a pinned revision.

`datasets` says which files hold a split. They are fetched one after the other as their rows are
wanted, or, with `streaming`, read where they are: then only the rows that are used are asked for.
Audio is decoded here, since `datasets` would need torch for it.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any

import datasets
import pyarrow as pa
from pyarrow import parquet

from streamwer.config.dataset import ColumnsConfig, DatasetConfig
from streamwer.datasets import download, hub_listing, parquet_footers, sampling
from streamwer.datasets.embedded_audio import decode_clip, holds_audio, name_clip
from streamwer.datasets.hub_listing import Listing, Shard
from streamwer.datasets.rows import (
    DatasetRow,
    DownloadProgress,
    RowSource,
    resolve_columns,
    split_id_columns,
)
from streamwer.errors import ConfigError, DatasetError
from streamwer.models import hub

_FALLBACK = "use dataset=calls, which needs no download"
_FAILURES = (*hub.FAILURES, ValueError, pa.ArrowException, datasets.exceptions.DatasetsError)
_BLOCK = 1 << 20
"""Bytes that are read at once of a file that is streamed."""
_ROWS = 8
"""Rows that are held at once: with their audio, which may be long."""


def open_source(config: DatasetConfig, progress: DownloadProgress | None = None) -> RowSource:
    """Open the rows of one split of a data set on the hub, in its order.

    Args:
        config: the source.
        progress: called for each piece of a file that is downloaded.

    Raises:
        ConfigError: the revision or the split is not given.
        DatasetError: the hub cannot be reached, or lacks the data set, the revision, the subset or
            the split. Reading the rows raises it too, when the connection breaks.
    """
    if config.reader != "auto" or config.channels != "mix" or config.columns.channel:
        raise ConfigError(
            "dataset.reader, channels and columns.channel: have no meaning on the hub; "
            "leave them at auto, mix and empty"
        )
    for key in ("revision", "split"):
        if not getattr(config, key):
            raise ConfigError(f"dataset.{key}: must be set for a data set from the hub")
    if not sys.stderr.isatty():
        datasets.disable_progress_bars()
    hub.hide_progress_bars()
    table = _open_table(config, progress)
    return RowSource(
        table.name,
        table.names,
        table.read_rows(),
        table.listing.rows,
        form="a data set on the hub",
        sample=table.sample_rows,
        commit=table.listing.commit,
    )


@dataclass(frozen=True)
class _Table:
    """The rows of a few Parquet files."""

    name: str
    page: str
    listing: Listing
    names: tuple[str, ...]
    columns: ColumnsConfig
    streaming: bool
    progress: DownloadProgress | None
    footers: dict[str, parquet.FileMetaData] = field(default_factory=dict)

    def sample_rows(self, limit: int, seed: int) -> Iterator[DatasetRow]:
        """Read rows that are drawn by a seed; of a file without any only the footer is read."""
        total = sum(self.count_rows(shard) for shard in self.listing.shards)
        yield from self.read_rows(sampling.draw_row_numbers(total, limit, seed))

    def read_rows(self, only: Sequence[int] | None = None) -> Iterator[DatasetRow]:
        """Read all rows, or those of ascending numbers, counted from 0."""
        first = 0
        for shard in self.listing.shards:
            if only is not None and not _select_numbers(only, first, self.count_rows(shard)):
                first += self.count_rows(shard)
                continue
            with _explain_errors(self.name, self.page), self.open_shard(shard) as file:
                table = self.open_parquet(shard, file)
                for group in range(table.num_row_groups):
                    count = table.metadata.row_group(group).num_rows
                    wanted = _select_numbers(only, first, count)
                    if wanted:
                        yield from self.read_group(table, group, first, wanted)
                    first += count

    def read_group(
        self, table: parquet.ParquetFile, group: int, first: int, wanted: set[int]
    ) -> Iterator[DatasetRow]:
        """Read rows of one row group.

        Args:
            table: the open file.
            group: number of the row group.
            first: number of its first row in the split.
            wanted: numbers of the rows to read.
        """
        names = [name for name in self.names if name in self.used_columns]
        last, number = max(wanted), first
        with closing(
            table.iter_batches(_ROWS, row_groups=[group], columns=names, use_threads=False)
        ) as batches:
            for batch in batches:
                for at in range(batch.num_rows):
                    if number in wanted:
                        (values,) = batch.slice(at, 1).to_pylist()
                        yield _create_row(values, number + 1, self.columns.audio)
                    number += 1
                if number > last:
                    return

    def count_rows(self, shard: Shard) -> int:
        """Count the rows of a file, which need not be downloaded for that."""
        if shard.path not in self.footers:
            with _explain_errors(self.name, self.page):
                self.footers[shard.path] = parquet_footers.read_footer(
                    self.listing, shard, not self.streaming
                )
        rows: int = self.footers[shard.path].num_rows
        return rows

    def open_parquet(self, shard: Shard, file: IO[bytes]) -> parquet.ParquetFile:
        """Open a Parquet file; a download has the footer that was verified with it."""
        known = self.footers.get(shard.path)
        metadata = known if self.streaming else None
        table = parquet.ParquetFile(file, metadata=metadata, pre_buffer=False, buffer_size=_BLOCK)
        if known:
            parquet_footers.check_footer(self.listing, shard, table, known)
        return table

    @property
    def used_columns(self) -> set[str]:
        """The columns that the config names; no other is read."""
        columns = self.columns
        others = (columns.text, columns.speaker, columns.condition, columns.words)
        return {
            columns.audio,
            *split_id_columns(columns.id),
            *others,
            columns.session,
            columns.language,
            columns.entities,
        }

    def open_shard(self, shard: Shard) -> IO[bytes]:
        """Open a file: a download, or where it is on the hub with `streaming`."""
        here = download.find_local(self.listing, shard)
        if here is None and self.streaming:
            return download.open_remote(self.listing, shard, _BLOCK)
        return (here or download.download_shard(self.listing, shard, self.progress)).open("rb")


def _open_table(config: DatasetConfig, progress: DownloadProgress | None) -> _Table:
    name = f"{config.path}@{config.revision}"
    page = hub.build_page_url("dataset", config.path)
    with _explain_errors(name, page):
        listing = hub_listing.list_shards(config)
        first = listing.shards[0]
        if not config.streaming and config.shuffle_seed is None:
            download.download_shard(listing, first, progress)
        footer = parquet_footers.read_footer(listing, first, not config.streaming)
    schema = footer.schema.to_arrow_schema()
    columns = resolve_columns(config.columns, schema.names)
    _check_audio_column(schema, columns.audio)
    return _Table(
        name=name,
        page=page,
        listing=listing,
        names=tuple(schema.names),
        columns=columns,
        streaming=config.streaming,
        progress=progress,
        footers={first.path: footer},
    )


def _check_audio_column(schema: pa.Schema, column: str) -> None:
    if (
        column not in schema.names
    ):  # reported later, together with the other columns that are missing
        return
    kind = schema.field(column).type
    if not holds_audio(kind):
        raise DatasetError(f"dataset.columns.audio: the column '{column}' holds {kind}, not audio")


def _select_numbers(only: Sequence[int] | None, first: int, count: int) -> set[int]:
    """Select the wanted numbers of `count` rows, of which the first has the number `first`."""
    if only is None:
        return set(range(first, first + count))
    return set(only[bisect_left(only, first) : bisect_left(only, first + count)])


def _create_row(values: Mapping[str, Any], number: int, column: str) -> DatasetRow:
    clip = values.get(column)
    name, stem = name_clip(clip, number)
    other_values = {key: value for key, value in values.items() if key != column}
    return DatasetRow(f"row {number}", other_values, stem, partial(decode_clip, clip, name))


@contextmanager
def _explain_errors(name: str, page: str) -> Iterator[None]:
    """Turn an error into one that names the data set and a remedy."""
    try:
        yield
    except hub.NotOnHubError as error:
        raise _build_error(name, str(error)) from error
    except _FAILURES as error:
        raise _build_error(name, hub.explain_failure(error, page)) from error
    except DatasetError as error:
        raise _build_error(name, str(error)) from error


def _build_error(name: str, reason: str) -> DatasetError:
    return DatasetError(f"cannot fetch the data set {name}: {reason}; {_FALLBACK}")
