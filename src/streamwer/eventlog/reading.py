"""Reading an event log: all of it, or one recording after the other."""

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

from streamwer._util.garbage import paused
from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.eventlog.schema import (
    DIGEST_KEY,
    EVENTS,
    FAILURES,
    LATER,
    MACHINE,
    MEASURED,
    RUN_KEY,
    SCHEMA_VERSION,
    SEALED_KEY,
    TIMES,
    VERSION_KEY,
)
from streamwer.eventlog.seal import AGAIN, NAME, check_seal
from streamwer.provenance.signature import Run
from streamwer.types import Compute, Effort, Failure, Step, Update, Word

_READABLE = {str(version) for version in range(1, SCHEMA_VERSION + 1)}
_ALL, _FEW = 20_000, 1_000
"""Rows turned into records at a time: the more, the more equal texts are one object."""
_NOTHING = ("", -1, Compute())
_OTHER_RUN = f"not of the same run as events.parquet; {AGAIN}"


@paused()
def read(folder: Path) -> EventLog:
    """Read what `write` wrote.

    Raises:
        LogError: a file is missing, is not an event log, or is of a later schema version; a
            moment is not a finite number; or the files are not of one run.
    """
    check_seal(folder)
    events, measured = _played(folder)
    steps = tuple(_steps(events, measured, _ALL))
    return replace(_about(folder, events, measured), steps=steps)


def about(folder: Path) -> EventLog:
    """A log without its steps: what failed, what ran, and on what.

    Raises:
        LogError: as `read`.
    """
    check_seal(folder)
    return _about(folder, *_played(folder))


def _about(folder: Path, events: _File, measured: _File) -> EventLog:
    failures = _beside(events, _File(folder / "failures.parquet", FAILURES))
    failed = tuple(Failure(**row) for part in failures.parts(_ALL) for row in part.to_pylist())
    return EventLog((), failed, _machine(measured.metadata), _run(events.metadata))


def recordings(folder: Path) -> Iterator[tuple[Step, ...]]:
    """The steps of one recording after the other, in order of their ids.

    Raises:
        LogError: as `read`; what is wrong with a row is told when it is come to.
    """
    check_seal(folder)
    steps = _steps(*_played(folder), _FEW)
    return (tuple(mine) for _, mine in groupby(steps, attrgetter("recording")))


def _played(folder: Path) -> tuple[_File, _File]:
    events = _File(folder / "events.parquet", EVENTS)
    if SEALED_KEY in events.metadata and not (folder / NAME).is_file():
        raise LogError(f"{folder / NAME}: missing from the event log; {AGAIN}")
    return events, _beside(events, _File(folder / "measured.parquet", MEASURED))


def _beside(events: _File, other: _File) -> _File:
    """A file of the same log; events of other programs and of earlier versions have no digest."""
    mine = events.metadata.get(DIGEST_KEY)
    if mine and mine != other.metadata.get(DIGEST_KEY):
        raise LogError(f"{other.path}: {_OTHER_RUN}")
    return other


class _File:
    """A Parquet file of an event log; its version is checked."""

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
                f" {SCHEMA_VERSION}; {AGAIN}"
            )
        self._check_columns()

    def parts(self, rows: int) -> Iterator[pa.RecordBatch]:
        """The rows, at most so many at a time, what earlier versions lack as 0 or empty."""
        try:
            for part in self._file.iter_batches(rows):
                yield self._whole(part)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            told = " ".join(str(error).split())
            raise LogError(f"{self.path}: damaged ({told}); {AGAIN}") from error

    def _check_columns(self) -> None:
        has = set(self._file.schema_arrow.names)
        for name in self._schema.names:
            if name not in has and name not in LATER:
                told = f"{self.path}: the column '{name}' is missing; run the `stream` stage"
                raise LogError(told)

    def _whole(self, part: pa.RecordBatch) -> pa.RecordBatch:
        for each in self._schema:
            if each.name not in part.schema.names:
                lacking = pa.scalar("" if pa.types.is_string(each.type) else 0, each.type)
                part = part.append_column(each, pa.repeat(lacking, len(part)))
        for name in TIMES:
            # Not a number would pass for a word without a latency, and so make the others' better.
            if name in part.schema.names and not _finite(part[name]):
                told = f"{self.path}: '{name}' holds what is no time"
                raise LogError(f"{told}; {AGAIN}")
        return part


def _finite(column: pa.Array) -> bool:
    return not column.null_count and bool(pc.all(pc.is_finite(column), min_count=0).as_py())


def _steps(events: _File, measured: _File, rows: int) -> Iterator[Step]:
    """Both files were written beside each other, row by row, and are read so."""
    spent = _spent(measured, rows)
    for part in events.parts(rows):
        yield from _said(part, spent, measured.path)
    if next(spent, None):
        raise LogError(f"{measured.path}: {_OTHER_RUN}")


def _spent(measured: _File, rows: int) -> Iterator[tuple[str, int, Compute]]:
    for part in measured.parts(rows):
        compute = map(Compute, *(_values(part[each.name]) for each in fields(Compute)))
        yield from zip(_values(part["recording"]), part["step"].to_pylist(), compute, strict=True)


def _said(
    rows: pa.RecordBatch, compute: Iterator[tuple[str, int, Compute]], path: Path
) -> Iterator[Step]:
    """Column by column, which takes a fraction of the time and the memory of row by row."""
    efforts = map(Effort, *(rows[each.name].to_pylist() for each in fields(Effort)))
    updates = map(
        Update,
        _words(rows["committed"]),
        _words(rows["tentative"]),
        rows["forced"].to_pylist(),
        rows["cut"].to_pylist(),
    )
    names = ("step", "audio_end", "ready", "start", "emitted", "is_last")
    columns = (rows[name].to_pylist() for name in names)
    texts, spoken = _values(rows["recording"]), _values(rows["language"])
    for text, step, audio_end, ready, start, emitted, is_last, effort, update, language in zip(
        texts, *columns, efforts, updates, spoken, strict=True
    ):
        recording, number, spent = next(compute, _NOTHING)
        if (recording, number) != (text, step):
            raise LogError(f"{path}: {_OTHER_RUN}")
        moments = (audio_end, ready, start, emitted)
        yield Step(text, step, *moments, spent, effort, update, is_last, language)


def _words(column: pa.ListArray) -> list[tuple[Word, ...]]:
    flat, offsets = column.flatten(), column.offsets.to_pylist()
    words = list(map(Word, *(_values(flat.field(each.name)) for each in fields(Word))))
    return [tuple(words[i - offsets[0] : j - offsets[0]]) for i, j in pairwise(offsets)]


def _values(column: pa.Array) -> list[Any]:
    """Equal values as one object: few words make up most of a log, shown again and again."""
    encoded = column.dictionary_encode()
    known = encoded.dictionary.to_pylist()
    return [known[at] for at in encoded.indices.to_pylist()]


def _run(metadata: Mapping[bytes, bytes]) -> Run:
    return Run.from_dict(json.loads(metadata.get(RUN_KEY, b"{}")))


def _machine(metadata: Mapping[bytes, bytes]) -> dict[str, Any]:
    named = {key.decode(): value.decode() for key, value in metadata.items()}
    return {k.removeprefix(MACHINE): v for k, v in named.items() if k.startswith(MACHINE)}
