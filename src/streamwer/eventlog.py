"""The event log: the contract between running and scoring.

One Parquet file per system, one row per step, its schema version in the file's metadata.
What was said when is in `events.parquet`; what the machine measured while saying it is in
`measured.parquet`, so that a virtual clock's event log is the same on every run. A recording
that failed is a row in `failures.parquet`. What ran (policy, model, packages) is in the metadata of
`events.parquet`; what it ran on, in that of `measured.parquet`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from streamwer.errors import LogError
from streamwer.signature import Run
from streamwer.transcript import Compute, Effort, Failure, Step, Update, Word

SCHEMA_VERSION = 3
_VERSION_KEY = b"streamwer_event_log"
_MACHINE = "machine."
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


def read(folder: Path) -> EventLog:
    """Read what `write` wrote.

    Raises:
        LogError: a file is missing, is not an event log, or has another schema version.
    """
    table = _load(folder / "events.parquet")
    measured = _load(folder / "measured.parquet")
    spent = measured.to_pylist()
    compute = {(row.pop("recording"), row.pop("step")): Compute(**row) for row in spent}
    failures = _load(folder / "failures.parquet").to_pylist()
    rows = table.to_pylist()
    steps = (_step(row, compute.get((row["recording"], row["step"]), Compute())) for row in rows)
    failed = tuple(Failure(**row) for row in failures)
    return EventLog(tuple(steps), failed, _unflat(measured), _run(table))


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


def _step(row: dict[str, Any], compute: Compute) -> Step:
    effort = Effort(*(row[each.name] for each in fields(Effort)))
    committed, tentative = (_words(row[name]) for name in ("committed", "tentative"))
    return Step(
        recording=row["recording"],
        step=row["step"],
        audio_end=row["audio_end"],
        ready=row["ready"],
        start=row["start"],
        emitted=row["emitted"],
        compute=compute,
        effort=effort,
        update=Update(committed, tentative, row["forced"], row["cut"]),
        is_last=row["is_last"],
    )


def _words(rows: Sequence[dict[str, Any]]) -> tuple[Word, ...]:
    return tuple(Word(**row) for row in rows)


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


def _load(path: Path) -> pa.Table:
    if not path.is_file():
        raise LogError(f"{path}: no such event log; run the `stream` stage first")
    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid as error:
        raise LogError(f"{path}: not a Parquet file ({error})") from error
    version = (table.schema.metadata or {}).get(_VERSION_KEY, b"none").decode()
    if version != str(SCHEMA_VERSION):
        raise LogError(
            f"{path}: event-log schema {version}, but this version reads {SCHEMA_VERSION};"
            " run the `stream` stage again"
        )
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
