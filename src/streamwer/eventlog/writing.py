"""Writing event logs, one recording at a time, in row groups of a fixed number of steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from itertools import accumulate, chain, groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa

from streamwer._util.row_groups import RowGroupWriter, replace_files
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
from streamwer.types import Failure, StageTimes, Step, Update, Word, WorkCounters

ROW_GROUP = 20_000
"""Steps of a row group: a run of some hours fits into one."""
_BATCH = 1_000
"""Steps held as records; a row group of records would take ten times the memory of its columns."""
_PATHS = (
    {each.name: each.name for each in fields(Step)}
    | {each.name: f"update.{each.name}" for each in fields(Update)}
    | {each.name: f"effort.{each.name}" for each in fields(WorkCounters)}
    | {each.name: f"compute.{each.name}" for each in fields(StageTimes)}
)
"""Where a step has the value of each column."""


def write_log(folder: Path, log: EventLog) -> None:
    """Write a log into a folder, which is created if missing, sorted by recording and step."""
    steps = sorted(log.steps, key=lambda step: (step.recording, step.step))
    recordings = (tuple(group) for _, group in groupby(steps, attrgetter("recording")))
    write_recordings(folder, recordings, log.failures, log.machine, log.run)


def write_recordings(
    folder: Path,
    recordings: Iterable[Sequence[Step]],
    failures: Iterable[Failure],
    machine: Mapping[str, Any],
    run: Run,
) -> None:
    """Write a log recording by recording, without holding all of it.

    An error leaves an earlier log as it was. The same log gives the same bytes. All files hold the
    digest of the events: if the process is killed while they replace earlier files, the mixture
    cannot be read as one log.

    Args:
        folder: of the log; created if missing.
        recordings: the steps of each recording, in order of their ids.
        failures: in any order; read after the last recording.
        machine: machine facts of the run.
        run: the system that ran.

    Raises:
        ValueError: the recordings are not in order of their ids, or the steps of one not in order
            of their numbers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in (*seal.LOG_FILES, seal.DIGEST_FILE)]
    run_json = json.dumps(run.to_dict(), ensure_ascii=False).encode()
    event_schema = _add_metadata(EVENTS, {RUN_KEY: run_json, SEALED_KEY: b"1"})
    time_schema = _add_metadata(MEASURED, _encode_machine(machine))
    with replace_files(paths) as (events, measured, failed, sealed):
        with (
            RowGroupWriter(events, ROW_GROUP) as event_file,
            RowGroupWriter(measured, ROW_GROUP) as time_file,
        ):
            digest = hashlib.sha256(event_schema.metadata[RUN_KEY])
            for steps in chain(_batch_steps(_check_order(recordings)), [()]):
                rows = _build_table(steps, event_schema)
                for batch in rows.to_batches():
                    digest.update(batch.serialize())
                event_file.add(rows)
                time_file.add(_build_table(steps, time_schema))
            for file in (event_file, time_file):
                file.set_metadata(DIGEST_KEY.decode(), digest.hexdigest())
        _write_failures(failed, failures, digest.hexdigest())
        seal.write_seal(sealed, dict(zip(seal.LOG_FILES, (events, measured, failed), strict=True)))


def _write_failures(path: Path, failures: Iterable[Failure], digest: str) -> None:
    schema = _add_metadata(FAILURES, {DIGEST_KEY: digest.encode()})
    rows = [asdict(each) for each in sorted(failures, key=attrgetter("recording"))]
    with RowGroupWriter(path, ROW_GROUP) as file:
        file.add(pa.Table.from_pylist(rows, schema=schema))


def _check_order(recordings: Iterable[Sequence[Step]]) -> Iterator[Step]:
    last = ("", -1)
    for step in chain.from_iterable(recordings):
        this = (step.recording, step.step)
        if this <= last:
            raise ValueError(f"{this} does not come after {last}: sort the steps of a log")
        last = this
        yield step


def _batch_steps(steps: Iterator[Step]) -> Iterator[list[Step]]:
    while part := list(islice(steps, _BATCH)):
        yield part


def _build_table(steps: Sequence[Step], schema: pa.Schema) -> pa.Table:
    columns = []
    for each in schema:
        values = list(map(attrgetter(_PATHS[each.name]), steps))
        is_text = pa.types.is_list(each.type)
        columns.append(_build_word_lists(values) if is_text else pa.array(values, each.type))
    return pa.table(columns, schema=schema)


def _add_metadata(schema: pa.Schema, metadata: Mapping[bytes, bytes]) -> pa.Schema:
    return schema.with_metadata({VERSION_KEY: str(SCHEMA_VERSION).encode(), **metadata})


def _build_word_lists(column: Sequence[Sequence[Word]]) -> pa.ListArray:
    """Build the words column by column: a record per word would take ten times as long."""
    offsets = [0, *accumulate(map(len, column))]
    words = list(chain.from_iterable(column))
    parts = [pa.array(map(attrgetter(each.name), words), each.type) for each in WORD]
    structs = pa.StructArray.from_arrays(parts, fields=list(WORD))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs)


def _encode_machine(machine: Mapping[str, Any]) -> dict[bytes, bytes]:
    return {f"{MACHINE}{key}".encode(): str(machine[key]).encode() for key in sorted(machine)}
