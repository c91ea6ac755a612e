"""Writing an event log, one recording after the other, in row groups of a fixed number of steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from itertools import accumulate, chain, groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from streamwer.eventlog.log import EventLog
from streamwer.eventlog.schema import (
    EVENTS,
    FAILURES,
    MACHINE,
    MEASURED,
    RUN_KEY,
    SCHEMA_VERSION,
    VERSION_KEY,
    WORD,
)
from streamwer.signature import Run
from streamwer.transcript import Compute, Effort, Failure, Step, Word

ROW_GROUP = 20_000
"""Steps of a row group: the log of a run of some hours is one."""
_AT_ONCE = 1_000
"""Steps held as records; a row group of them would take ten times what its columns take."""


def write(folder: Path, log: EventLog) -> None:
    """Write the log into `folder` (made if missing), rows sorted by recording and step."""
    steps = sorted(log.steps, key=lambda step: (step.recording, step.step))
    each = (tuple(steps) for _, steps in groupby(steps, attrgetter("recording")))
    write_sorted(folder, each, log.failures, log.machine, log.run)


def write_sorted(
    folder: Path,
    recordings: Iterable[Sequence[Step]],
    failures: Iterable[Failure],
    machine: Mapping[str, Any],
    run: Run,
) -> None:
    """Write a log into `folder` (made if missing) without ever holding all of it.

    An error leaves an earlier log as it was. The same log gives the same bytes.

    Args:
        folder: of the log.
        recordings: the steps of one recording each, in order of its id.
        failures: in any order; asked for after the last recording.
        machine: what the run measured about itself.
        run: what ran.

    Raises:
        ValueError: the recordings do not come in order of their ids, or the steps of one not in
            order of their numbers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.parquet" for name in ("events", "measured", "failures")]
    ran = {RUN_KEY: json.dumps(run.to_dict(), ensure_ascii=False).encode()}
    with _replacing(paths) as (events, measured, failed):
        with _Table(events, EVENTS, ran) as said, _Table(measured, MEASURED, _flat(machine)) as at:
            for steps in _parts(_in_order(recordings)):
                said.add(_said(steps))
                at.add(_spent(steps))
        with _Table(failed, FAILURES) as table:
            rows = [asdict(each) for each in sorted(failures, key=attrgetter("recording"))]
            table.add(pa.RecordBatch.from_pylist(rows, schema=FAILURES))


@contextmanager
def _replacing(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Where to write files that take the places of `paths` when all of them are whole."""
    partial = [path.with_name(path.name + ".partial") for path in paths]
    try:
        yield partial
        for written, path in zip(partial, paths, strict=True):
            written.replace(path)  # a reader never meets half a file
    finally:
        for written in partial:
            written.unlink(missing_ok=True)


class _Table:
    """A Parquet file, written in row groups of a fixed number of rows."""

    def __init__(
        self, path: Path, schema: pa.Schema, metadata: Mapping[bytes, bytes] | None = None
    ) -> None:
        stamp = {VERSION_KEY: str(SCHEMA_VERSION).encode(), **(metadata or {})}
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema.with_metadata(stamp))
        self._waiting: list[pa.RecordBatch] = []
        self._groups = 0

    def __enter__(self) -> _Table:
        return self

    def __exit__(self, *error: object) -> None:
        if not any(error) and (self._waiting or not self._groups):
            self._write()  # a row group even of a log without a row
        self._writer.close()

    def add(self, rows: pa.RecordBatch) -> None:
        self._waiting.append(rows)
        if sum(map(len, self._waiting)) >= ROW_GROUP:
            self._write()

    def _write(self) -> None:
        rows = pa.Table.from_batches(self._waiting, self._schema).combine_chunks()
        self._writer.write_table(rows, len(rows) or None)
        self._waiting, self._groups = [], self._groups + 1


def _in_order(recordings: Iterable[Sequence[Step]]) -> Iterator[Step]:
    last = ("", -1)
    for step in chain.from_iterable(recordings):
        this = (step.recording, step.step)
        if this <= last:
            raise ValueError(f"{this} does not come after {last}: sort the steps of a log")
        last = this
        yield step


def _parts(steps: Iterator[Step]) -> Iterator[list[Step]]:
    while part := list(islice(steps, _AT_ONCE)):
        yield part


def _said(steps: Sequence[Step]) -> pa.RecordBatch:
    own = ("recording", "step", "audio_end", "ready", "start", "emitted", "is_last")
    columns: dict[str, Any] = {name: _column(steps, attrgetter(name)) for name in own}
    for each in fields(Effort):
        columns[each.name] = _column(steps, attrgetter(f"effort.{each.name}"))
    for name in ("forced", "cut"):
        columns[name] = _column(steps, attrgetter(f"update.{name}"))
    for name in ("committed", "tentative"):
        columns[name] = _words(_column(steps, attrgetter(f"update.{name}")))
    return _batch(columns, EVENTS)


def _spent(steps: Sequence[Step]) -> pa.RecordBatch:
    columns: dict[str, Any] = {
        name: _column(steps, attrgetter(name)) for name in ("recording", "step")
    }
    for each in fields(Compute):
        columns[each.name] = _column(steps, attrgetter(f"compute.{each.name}"))
    return _batch(columns, MEASURED)


def _batch(columns: Mapping[str, Any], schema: pa.Schema) -> pa.RecordBatch:
    return pa.record_batch([pa.array(columns[f.name], f.type) for f in schema], schema=schema)


def _column(records: Sequence[Any], value: Callable[[Any], Any]) -> list[Any]:
    return list(map(value, records))


def _words(column: Sequence[Sequence[Word]]) -> pa.ListArray:
    """Column by column: a record per word would take ten times as long."""
    offsets = [0, *accumulate(map(len, column))]
    words = list(chain.from_iterable(column))
    parts = [pa.array(_column(words, attrgetter(each.name)), each.type) for each in WORD]
    structs = pa.StructArray.from_arrays(parts, fields=list(WORD))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs)


def _flat(machine: Mapping[str, Any]) -> dict[bytes, bytes]:
    items = sorted(machine.items())
    return {f"{MACHINE}{key}".encode(): str(value).encode() for key, value in items}
