"""Recordings from the Hugging Face hub, at a pinned revision.

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
from pathlib import PurePosixPath
from typing import IO, Any

import datasets
import pyarrow as pa
from pyarrow import parquet

from streamwer.config.dataset import ColumnsConfig, DatasetConfig
from streamwer.datasets import fetching, footers, listing, sampling
from streamwer.datasets.embedded import decode_clip, holds_audio
from streamwer.datasets.listing import Listing, Shard
from streamwer.datasets.rows import Row, Source, parts, resolve_columns
from streamwer.errors import ConfigError, DatasetError
from streamwer.formats.recording_ids import cleaned
from streamwer.models import hub

_FALLBACK = "use dataset=calls, which needs no download"
_FAILURES = (*hub.FAILURES, ValueError, pa.ArrowException, datasets.exceptions.DatasetsError)
_BLOCK = 1 << 20
"""Bytes that are read at once of a file that is streamed."""
_ROWS = 8
"""Rows that are held at once: with their audio, which may be long."""
_LONGEST_STEM = 100


def open_source(config: DatasetConfig, told: fetching.Told | None = None) -> Source:
    """The rows of one split of a data set on the hub, in its order.

    Args:
        config: the source.
        told: of the files that are fetched.

    Raises:
        ConfigError: the revision or the split is not given.
        DatasetError: the hub cannot be reached, or lacks the data set, the revision, the subset or
            the split. Reading the rows raises it too, when the connection breaks.
    """
    if config.form != "auto" or config.channels != "mix" or config.columns.channel:
        raise ConfigError(
            "dataset.form, channels and columns.channel: have no meaning on the hub; "
            "leave them at auto, mix and empty"
        )
    for key in ("revision", "split"):
        if not getattr(config, key):
            raise ConfigError(f"dataset.{key}: must be set for a data set from the hub")
    if not sys.stderr.isatty():
        datasets.disable_progress_bars()
    hub.quiet()
    table = _table(config, told)
    return Source(
        table.name,
        table.names,
        table.rows(),
        table.listing.rows,
        form="a data set on the hub",
        sample=table.sample,
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
    told: fetching.Told | None
    footers: dict[str, parquet.FileMetaData] = field(default_factory=dict)

    def sample(self, limit: int, seed: int) -> Iterator[Row]:
        """So many rows, drawn by a seed; of a file without one of them only the footer is read."""
        total = sum(self.count(shard) for shard in self.listing.shards)
        yield from self.rows(sampling.drawn(total, limit, seed))

    def rows(self, only: Sequence[int] | None = None) -> Iterator[Row]:
        """All rows, or those of ascending numbers, counted from 0."""
        first = 0
        for shard in self.listing.shards:
            if only is not None and not _within(only, first, self.count(shard)):
                first += self.count(shard)
                continue
            with _refusing(self.name, self.page), self.open(shard) as file:
                table = self.parquet(shard, file)
                for group in range(table.num_row_groups):
                    count = table.metadata.row_group(group).num_rows
                    wanted = _within(only, first, count)
                    if wanted:
                        yield from self.group(table, group, first, wanted)
                    first += count

    def group(
        self, table: parquet.ParquetFile, group: int, first: int, wanted: set[int]
    ) -> Iterator[Row]:
        """The wanted rows of one row group, whose first row has this number."""
        names = [name for name in self.names if name in self.used]
        last, number = max(wanted), first
        with closing(
            table.iter_batches(_ROWS, row_groups=[group], columns=names, use_threads=False)
        ) as batches:
            for batch in batches:
                for at in range(batch.num_rows):
                    if number in wanted:
                        (values,) = batch.slice(at, 1).to_pylist()
                        yield _row(values, number + 1, self.columns.audio)
                    number += 1
                if number > last:
                    return

    def count(self, shard: Shard) -> int:
        """How many rows a file has, which need not be fetched for that."""
        if shard.path not in self.footers:
            with _refusing(self.name, self.page):
                self.footers[shard.path] = footers.read(self.listing, shard, not self.streaming)
        rows: int = self.footers[shard.path].num_rows
        return rows

    def parquet(self, shard: Shard, file: IO[bytes]) -> parquet.ParquetFile:
        """An open file; where it was fetched, with the footer that was verified with it."""
        known = self.footers.get(shard.path)
        used = known if self.streaming else None
        table = parquet.ParquetFile(file, metadata=used, pre_buffer=False, buffer_size=_BLOCK)
        if known:
            footers.check(self.listing, shard, table, known)
        return table

    @property
    def used(self) -> set[str]:
        """The columns that the config names: no other is read."""
        columns = self.columns
        others = (columns.text, columns.speaker, columns.condition, columns.words)
        return {columns.audio, *parts(columns.id), *others, columns.session, columns.language}

    def open(self, shard: Shard) -> IO[bytes]:
        here = fetching.kept(self.listing, shard)
        if here is None and self.streaming:
            return fetching.remote(self.listing, shard, _BLOCK)
        return (here or fetching.fetch(self.listing, shard, self.told)).open("rb")


def _table(config: DatasetConfig, told: fetching.Told | None) -> _Table:
    name = f"{config.path}@{config.revision}"
    page = hub.page("dataset", config.path)
    with _refusing(name, page):
        found = listing.find(config)
        first = found.shards[0]
        if not config.streaming and config.shuffle_seed is None:
            fetching.fetch(found, first, told)
        footer = footers.read(found, first, not config.streaming)
    schema = footer.schema.to_arrow_schema()
    _refuse_silent(schema, config.columns.audio)
    return _Table(
        name=name,
        page=page,
        listing=found,
        names=tuple(schema.names),
        columns=resolve_columns(config.columns, schema.names),
        streaming=config.streaming,
        told=told,
        footers={first.path: footer},
    )


def _refuse_silent(schema: pa.Schema, column: str) -> None:
    if column not in schema.names:  # told later, together with the other columns that are missing
        return
    kind = schema.field(column).type
    if not holds_audio(kind):
        raise DatasetError(f"dataset.columns.audio: the column '{column}' holds {kind}, not audio")


def _within(only: Sequence[int] | None, first: int, count: int) -> set[int]:
    """Which of `count` rows, of which the first has this number, are wanted."""
    if only is None:
        return set(range(first, first + count))
    return set(only[bisect_left(only, first) : bisect_left(only, first + count)])


def _row(values: Mapping[str, Any], number: int, column: str) -> Row:
    clip = values.get(column)
    path = PurePosixPath((clip or {}).get("path") or f"row-{number:06d}")
    others = {key: value for key, value in values.items() if key != column}
    # The id where there is no other: what is in the path of a clip may be anything.
    stem = cleaned(path.stem).lstrip("_ .")[:_LONGEST_STEM].rstrip(" .")
    return Row(f"row {number}", others, stem, partial(decode_clip, clip, path.name))


@contextmanager
def _refusing(name: str, page: str) -> Iterator[None]:
    """Say of a data set why it cannot be had."""
    try:
        yield
    except hub.NotOnHubError as error:
        raise _unavailable(name, str(error)) from error
    except _FAILURES as error:
        raise _unavailable(name, hub.reason(error, page)) from error
    except DatasetError as error:
        raise _unavailable(name, str(error)) from error


def _unavailable(name: str, reason: str) -> DatasetError:
    return DatasetError(f"cannot fetch the data set {name}: {reason}; {_FALLBACK}")
