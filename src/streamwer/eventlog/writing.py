"""Writing an event log, one recording after the other, in row groups of a fixed number of steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from itertools import accumulate, chain, groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa

from streamwer._util.row_groups import RowGroups, replacing
from streamwer.eventlog import seal
from streamwer.eventlog.log import EventLog
from streamwer.eventlog.schema import (
    DIGEST_KEY,
    EVENTS,
    FAILURES,
    MACHINE,
    MEASURED,
    RUN_KEY,
    SCHEMA_VERSION,
    SEALED_KEY,
    VERSION_KEY,
    WORD,
)
from streamwer.provenance.signature import Run
from streamwer.types import Compute, Effort, Failure, Step, Word

Columns = dict[str, Any]

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

    An error leaves an earlier log as it was. The same log gives the same bytes. All files have the
    digest of what was said: a process that is killed while they take the places of earlier ones
    leaves no log that can be read as one.

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
    paths = [folder / name for name in (*seal.FILES, seal.NAME)]
    about = json.dumps(run.to_dict(), ensure_ascii=False).encode()
    said_by = _stamped(EVENTS, {RUN_KEY: about, SEALED_KEY: b"1"})
    spent_by = _stamped(MEASURED, _flat(machine))
    with replacing(paths) as (events, measured, failed, sealed):
        with RowGroups(events, ROW_GROUP) as said, RowGroups(measured, ROW_GROUP) as spent:
            digest = hashlib.sha256(said_by.metadata[RUN_KEY])
            for steps in chain(_parts(_in_order(recordings)), [()]):
                rows = _table(_said(steps), said_by)
                for batch in rows.to_batches():
                    digest.update(batch.serialize())
                said.add(rows)
                spent.add(_table(_spent(steps), spent_by))
            for file in (said, spent):
                file.stamp(DIGEST_KEY.decode(), digest.hexdigest())
        with RowGroups(failed, ROW_GROUP) as table:
            failed_by = _stamped(FAILURES, {DIGEST_KEY: digest.hexdigest().encode()})
            reasons = [asdict(each) for each in sorted(failures, key=attrgetter("recording"))]
            table.add(pa.Table.from_pylist(reasons, schema=failed_by))
        written = zip(seal.FILES, (events, measured, failed), strict=True)
        seal.write_seal(sealed, dict(written))


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


def _said(steps: Sequence[Step]) -> Columns:
    own = ("recording", "step", "audio_end", "ready", "start", "emitted", "is_last", "language")
    columns: Columns = {name: _column(steps, attrgetter(name)) for name in own}
    for each in fields(Effort):
        columns[each.name] = _column(steps, attrgetter(f"effort.{each.name}"))
    for name in ("forced", "cut"):
        columns[name] = _column(steps, attrgetter(f"update.{name}"))
    for name in ("committed", "tentative"):
        columns[name] = _words(_column(steps, attrgetter(f"update.{name}")))
    return columns


def _spent(steps: Sequence[Step]) -> Columns:
    columns: Columns = {name: _column(steps, attrgetter(name)) for name in ("recording", "step")}
    for each in fields(Compute):
        columns[each.name] = _column(steps, attrgetter(f"compute.{each.name}"))
    return columns


def _table(columns: Columns, schema: pa.Schema) -> pa.Table:
    return pa.table([pa.array(columns[each.name], each.type) for each in schema], schema=schema)


def _stamped(schema: pa.Schema, metadata: Mapping[bytes, bytes] | None = None) -> pa.Schema:
    stamp = {VERSION_KEY: str(SCHEMA_VERSION).encode(), **(metadata or {})}
    return schema.with_metadata(stamp)


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
