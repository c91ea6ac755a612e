"""Reading event logs, whole or one recording at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from itertools import groupby, pairwise
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from streamwer._util.garbage import pause_garbage_collection
from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.eventlog.schema import (
    DIGEST_KEY,
    EVENTS,
    FAILURES,
    MACHINE,
    MEASURED,
    OPTIONAL_COLUMNS,
    RUN_KEY,
    SCHEMA_VERSION,
    SEALED_KEY,
    TIMES,
    VERSION_KEY,
)
from streamwer.eventlog.seal import DIGEST_FILE, RERUN_HINT, check_seal
from streamwer.provenance.signature import Run
from streamwer.types import Failure, StageTimes, Step, Update, Word, WorkCounters

_READABLE = {str(version) for version in range(1, SCHEMA_VERSION + 1)}
_LARGE_BATCH, _SMALL_BATCH = 20_000, 1_000
"""Rows turned into records at a time: the more, the more equal texts share one object."""
_NO_ROW = ("", -1, StageTimes())
_OTHER_RUN = f"not of the same run as events.parquet; {RERUN_HINT}"


@pause_garbage_collection()
def read_log(folder: Path) -> EventLog:
    """Read a whole event log.

    Raises:
        LogError: a file is missing, is not an event log, or is of a later schema version; a time
            is not a finite number; or the files are not of one run.
    """
    check_seal(folder)
    events, measured = _open_files(folder)
    steps = tuple(_read_steps(events, measured, _LARGE_BATCH))
    return replace(_read_summary(folder, events, measured), steps=steps)


def read_summary(folder: Path) -> EventLog:
    """Read a log without its steps: failures, system and machine facts.

    Raises:
        LogError: as `read_log`.
    """
    check_seal(folder)
    return _read_summary(folder, *_open_files(folder))


def _read_summary(folder: Path, events: _LogFile, measured: _LogFile) -> EventLog:
    failures = _check_same_run(events, _LogFile(folder / "failures.parquet", FAILURES))
    failed = tuple(
        Failure(**row)
        for part in failures.iterate_batches(_LARGE_BATCH)
        for row in part.to_pylist()
    )
    run = Run.from_dict(json.loads(events.metadata.get(RUN_KEY, b"{}")))
    facts = {key.decode(): value.decode() for key, value in measured.metadata.items()}
    machine = {k.removeprefix(MACHINE): v for k, v in facts.items() if k.startswith(MACHINE)}
    return EventLog((), failed, machine, run)


def iterate_recordings(folder: Path) -> Iterator[tuple[Step, ...]]:
    """Yield the steps of each recording, in order of their ids.

    Raises:
        LogError: as `read_log`; an error in a row is raised when it is reached.
    """
    check_seal(folder)
    steps = _read_steps(*_open_files(folder), _SMALL_BATCH)
    return (tuple(group) for _, group in groupby(steps, attrgetter("recording")))


def _open_files(folder: Path) -> tuple[_LogFile, _LogFile]:
    events = _LogFile(folder / "events.parquet", EVENTS)
    if SEALED_KEY in events.metadata and not (folder / DIGEST_FILE).is_file():
        raise LogError(f"{folder / DIGEST_FILE}: missing from the event log; {RERUN_HINT}")
    return events, _check_same_run(events, _LogFile(folder / "measured.parquet", MEASURED))


def _check_same_run(events: _LogFile, other: _LogFile) -> _LogFile:
    """Refuse a file of another run; logs of other programs and earlier versions have no digest."""
    digest = events.metadata.get(DIGEST_KEY)
    if digest and digest != other.metadata.get(DIGEST_KEY):
        raise LogError(f"{other.path}: {_OTHER_RUN}")
    return other


class _LogFile:
    """A Parquet file of an event log, of a known version."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path, self._schema = path, schema
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise LogError(f"{path}: not a Parquet file ({error})") from error
        self.metadata: Mapping[bytes, bytes] = self._file.metadata.metadata or {}
        version = self.metadata.get(VERSION_KEY, b"none").decode()
        if version not in _READABLE:
            raise LogError(
                f"{path}: event-log schema {version}, but this version reads 1 to"
                f" {SCHEMA_VERSION}; {RERUN_HINT}"
            )
        needless = OPTIONAL_COLUMNS.union(self._file.schema_arrow.names)
        missing = [name for name in schema.names if name not in needless]
        if missing:
            raise LogError(f"{path}: the column '{missing[0]}' is missing; run the `stream` stage")

    def iterate_batches(self, rows: int) -> Iterator[pa.RecordBatch]:
        """Yield at most `rows` rows at a time; columns of later versions are 0 or empty."""
        try:
            for part in self._file.iter_batches(rows):
                yield self._complete_columns(part)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())
            raise LogError(f"{self.path}: damaged ({reason}); {RERUN_HINT}") from error

    def _complete_columns(self, part: pa.RecordBatch) -> pa.RecordBatch:
        for each in self._schema:
            if each.name not in part.schema.names:
                default = pa.scalar("" if pa.types.is_string(each.type) else 0, each.type)
                part = part.append_column(each, pa.repeat(default, len(part)))
        for name in TIMES:
            # NaN would count as a word without a latency, and improve the mean.
            if name in part.schema.names and not _is_finite(part[name]):
                raise LogError(f"{self.path}: '{name}' holds what is no time; {RERUN_HINT}")
        return part


def _is_finite(column: pa.Array) -> bool:
    return not column.null_count and bool(pc.all(pc.is_finite(column), min_count=0).as_py())


def _read_steps(events: _LogFile, measured: _LogFile, rows: int) -> Iterator[Step]:
    """Read both files row by row, as they were written."""
    times = _read_times(measured, rows)
    for part in events.iterate_batches(rows):
        yield from _build_steps(part, times, measured.path)
    if next(times, None):
        raise LogError(f"{measured.path}: {_OTHER_RUN}")


def _read_times(measured: _LogFile, rows: int) -> Iterator[tuple[str, int, StageTimes]]:
    for part in measured.iterate_batches(rows):
        compute = map(StageTimes, *(_intern_values(part[each.name]) for each in fields(StageTimes)))
        yield from zip(
            _intern_values(part["recording"]), part["step"].to_pylist(), compute, strict=True
        )


def _build_steps(
    rows: pa.RecordBatch, compute: Iterator[tuple[str, int, StageTimes]], path: Path
) -> Iterator[Step]:
    """Build steps column by column, which is much cheaper than row by row."""
    efforts = map(WorkCounters, *(rows[each.name].to_pylist() for each in fields(WorkCounters)))
    updates = map(
        Update,
        _build_words(rows["committed"]),
        _build_words(rows["tentative"]),
        rows["forced"].to_pylist(),
        rows["cut"].to_pylist(),
        rows["turn_end"].to_pylist(),
    )
    numeric = ("step", "audio_end", "ready", "start", "emitted", "is_last")
    columns = (rows[column].to_pylist() for column in numeric)
    recordings, languages = _intern_values(rows["recording"]), _intern_values(rows["language"])
    for name, step, audio_end, ready, start, emitted, is_last, effort, update, language in zip(
        recordings, *columns, efforts, updates, languages, strict=True
    ):
        recording, number, times = next(compute, _NO_ROW)
        if (recording, number) != (name, step):
            raise LogError(f"{path}: {_OTHER_RUN}")
        moments = (audio_end, ready, start, emitted)
        yield Step(name, step, *moments, times, effort, update, is_last, language)


def _build_words(column: pa.ListArray) -> list[tuple[Word, ...]]:
    flat, offsets = column.flatten(), column.offsets.to_pylist()
    words = list(map(Word, *(_intern_values(flat.field(each.name)) for each in fields(Word))))
    return [tuple(words[i - offsets[0] : j - offsets[0]]) for i, j in pairwise(offsets)]


def _intern_values(column: pa.Array) -> list[Any]:
    """Return values of which equal ones are one object: a log shows few words again and again."""
    encoded = column.dictionary_encode()
    known = encoded.dictionary.to_pylist()
    return [known[at] for at in encoded.indices.to_pylist()]
