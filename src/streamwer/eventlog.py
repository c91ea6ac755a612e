"""The event log: the contract between running and scoring.

One Parquet file per system, one row per step, its schema version in the file's metadata.
What was said when is in `events.parquet`; what the machine measured while saying it is in
`measured.parquet`, so that a virtual clock's event log is the same on every run. A recording
that failed is a row in `failures.parquet`. What ran (policy, model, packages) is in the metadata of
`events.parquet`; what it ran on, in that of `measured.parquet`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from streamwer.collection import paused
from streamwer.errors import LogError
from streamwer.signature import Run
from streamwer.transcript import Compute, Effort, Failure, Step, Update, Word

SCHEMA_VERSION = 3
"""Of what is written. Earlier versions are read too: they lack counts, which are then 0."""
_READABLE = {str(version) for version in range(1, SCHEMA_VERSION + 1)}
_VERSION_KEY = b"streamwer_event_log"
_MACHINE = "machine."
_ROWS = 20_000
"""Read at a time."""
_RUN_KEY = b"streamwer_run"

_WORDS = pa.list_(
    pa.struct(
        [
            ("text", pa.string()),
            ("start", pa.float64()),
            ("end", pa.float64()),
            ("probability", pa.float64()),
        ]
    )
)
_EVENTS = pa.schema(
    [
        ("recording", pa.string()),
        ("step", pa.int32()),
        ("audio_end", pa.float64()),
        ("ready", pa.float64()),
        ("start", pa.float64()),
        ("emitted", pa.float64()),
        ("encoder_frames", pa.int64()),
        ("prompt_tokens", pa.int64()),
        ("decoded_tokens", pa.int64()),
        ("fallbacks", pa.int64()),
        ("listened_frames", pa.int64()),
        ("feature_frames", pa.int64()),
        ("encodings", pa.int64()),
        ("aligned_tokens", pa.int64()),
        ("forced", pa.int32()),
        ("cut", pa.int32()),
        ("is_last", pa.bool_()),
        ("committed", _WORDS),
        ("tentative", _WORDS),
    ]
)
_MEASURED = pa.schema(
    [
        ("recording", pa.string()),
        ("step", pa.int32()),
        ("features", pa.float64()),
        ("encode", pa.float64()),
        ("decode", pa.float64()),
        ("align", pa.float64()),
        ("other", pa.float64()),
        ("listen", pa.float64()),
    ]
)
_FAILURES = pa.schema([("recording", pa.string()), ("reason", pa.string())])
_TIMES = {"audio_end", "ready", "start", "emitted"}
_LATER = {
    *("fallbacks", "cut", "other", "listen"),
    *("listened_frames", "feature_frames", "encodings", "aligned_tokens"),
}
"""Columns that logs of an earlier version may lack."""


@dataclass(frozen=True)
class EventLog:
    """Everything one system did on one data set; steps in order of recording and step."""

    steps: tuple[Step, ...]
    failures: tuple[Failure, ...] = ()
    machine: dict[str, Any] = field(default_factory=dict)
    """What the run measured about itself: model load seconds, peak memory, hardware, …"""
    run: Run = field(default_factory=Run)
    """What ran; unknown in logs of other programs and of earlier versions."""

    def by_recording(self) -> dict[str, list[Step]]:
        """The steps of each recording that has any, in order."""
        grouped: dict[str, list[Step]] = {}
        for step in self.steps:
            grouped.setdefault(step.recording, []).append(step)
        return grouped


def write(folder: Path, log: EventLog) -> None:
    """Write the log into `folder` (made if missing), rows sorted by recording and step."""
    folder.mkdir(parents=True, exist_ok=True)
    steps = sorted(log.steps, key=lambda step: (step.recording, step.step))
    failures = sorted(log.failures, key=lambda failure: failure.recording)
    ran = {_RUN_KEY: json.dumps(log.run.to_dict(), ensure_ascii=False).encode()}
    _save(folder / "events.parquet", _EVENTS, map(_event_row, steps), metadata=ran)
    measured = ({"recording": s.recording, "step": s.step, **asdict(s.compute)} for s in steps)
    _save(folder / "measured.parquet", _MEASURED, measured, metadata=_flat(log.machine))
    _save(folder / "failures.parquet", _FAILURES, map(asdict, failures))


@paused()
def read(folder: Path) -> EventLog:
    """Read what `write` wrote.

    Raises:
        LogError: a file is missing, is not an event log, or is of a later schema version; or a
            moment is not a finite number.
    """
    table = _load(folder / "events.parquet", _EVENTS)
    measured = _load(folder / "measured.parquet", _MEASURED)
    compute = _compute(measured)
    steps = tuple(step for part in table.to_batches(_ROWS) for step in _steps(part, compute))
    failures = _load(folder / "failures.parquet", _FAILURES).to_pylist()
    failed = tuple(Failure(**row) for row in failures)
    return EventLog(steps, failed, _unflat(measured), _run(table))


def _event_row(step: Step) -> dict[str, Any]:
    return {
        "recording": step.recording,
        "step": step.step,
        "audio_end": step.audio_end,
        "ready": step.ready,
        "start": step.start,
        "emitted": step.emitted,
        **asdict(step.effort),
        "forced": step.update.forced,
        "cut": step.update.cut,
        "is_last": step.is_last,
        "committed": [asdict(word) for word in step.update.committed],
        "tentative": [asdict(word) for word in step.update.tentative],
    }


def _compute(measured: pa.Table) -> dict[tuple[str, int], Compute]:
    keys = zip(_values(measured["recording"]), measured["step"].to_pylist(), strict=True)
    spent = (_values(measured[each.name]) for each in fields(Compute))
    return dict(zip(keys, map(Compute, *spent), strict=True))


def _steps(rows: pa.RecordBatch, compute: Mapping[tuple[str, int], Compute]) -> Iterator[Step]:
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
    texts = _values(rows["recording"])
    for text, step, audio_end, ready, start, emitted, is_last, effort, update in zip(
        texts, *columns, efforts, updates, strict=True
    ):
        spent = compute.get((text, step), Compute())
        yield Step(text, step, audio_end, ready, start, emitted, spent, effort, update, is_last)


def _words(column: pa.ListArray) -> list[tuple[Word, ...]]:
    flat, offsets = column.flatten(), column.offsets.to_pylist()
    words = list(map(Word, *(_values(flat.field(each.name)) for each in fields(Word))))
    return [tuple(words[i - offsets[0] : j - offsets[0]]) for i, j in pairwise(offsets)]


def _values(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    """Equal values as one object: few words make up most of a log, shown again and again."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    encoded = column.dictionary_encode()
    known = encoded.dictionary.to_pylist()
    return [known[at] for at in encoded.indices.to_pylist()]


def _save(
    path: Path,
    schema: pa.Schema,
    rows: Iterable[dict[str, Any]],
    metadata: dict[bytes, bytes] | None = None,
) -> None:
    stamped = schema.with_metadata({_VERSION_KEY: str(SCHEMA_VERSION).encode(), **(metadata or {})})
    partial = path.with_name(path.name + ".partial")
    pq.write_table(pa.Table.from_pylist(list(rows), schema=stamped), partial)
    partial.replace(path)  # a reader never meets half a file


def _load(path: Path, schema: pa.Schema) -> pa.Table:
    if not path.is_file():
        raise LogError(f"{path}: no such event log; run the `stream` stage first")
    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid as error:
        raise LogError(f"{path}: not a Parquet file ({error})") from error
    version = (table.schema.metadata or {}).get(_VERSION_KEY, b"none").decode()
    if version not in _READABLE:
        raise LogError(
            f"{path}: event-log schema {version}, but this version reads 1 to {SCHEMA_VERSION};"
            " run the `stream` stage again"
        )
    return _whole(table, schema, path)


def _whole(table: pa.Table, schema: pa.Schema, path: Path) -> pa.Table:
    """The table, its times checked, with what earlier versions did not count as 0."""
    for each in schema:
        if each.name in table.column_names:
            continue
        if each.name not in _LATER:
            raise LogError(f"{path}: the column '{each.name}' is missing; run the `stream` stage")
        table = table.append_column(each, pa.repeat(pa.scalar(0, each.type), len(table)))
    for name in _TIMES.intersection(table.column_names):
        # Not a number would pass for a word without a latency, and so make the others' better.
        if table[name].null_count or not pc.all(pc.is_finite(table[name]), min_count=0).as_py():
            raise LogError(f"{path}: '{name}' holds what is no time; run the `stream` stage again")
    return table


def _run(table: pa.Table) -> Run:
    return Run.from_dict(json.loads((table.schema.metadata or {}).get(_RUN_KEY, b"{}")))


def _flat(machine: dict[str, Any]) -> dict[bytes, bytes]:
    items = sorted(machine.items())
    return {f"{_MACHINE}{key}".encode(): str(value).encode() for key, value in items}


def _unflat(table: pa.Table) -> dict[str, Any]:
    pairs = (table.schema.metadata or {}).items()
    named = {key.decode(): value.decode() for key, value in pairs}
    return {k.removeprefix(_MACHINE): v for k, v in named.items() if k.startswith(_MACHINE)}
