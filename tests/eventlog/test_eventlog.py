"""The event log keeps what was written, and refuses what it cannot read."""

from __future__ import annotations

import math
import random
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from streamwer import eventlog
from streamwer.errors import LogError
from streamwer.eventlog import seal, writing
from streamwer.eventlog.log import EventLog
from streamwer.eventlog.schema import DIGEST_KEY, SEALED_KEY
from streamwer.provenance.signature import Run, Subject
from streamwer.types import Failure, StageTimes, Step, Update, Word, WorkCounters

STEP = Step(
    recording="call",
    step=0,
    audio_end=1.0,
    ready=1.0,
    start=1.25,
    emitted=1.5,
    compute=StageTimes(0.01, 0.1, 0.13, 0.01, 0.02),
    effort=WorkCounters(3000, 12, 7),
    update=Update(
        (Word("hello", 0.1, 0.5, 0.93),), (Word("مرحبا <b>", 0.5, 0.9),), forced=1, turn_end=0.9
    ),
    is_last=True,
)
LOG = EventLog((STEP,), (Failure("other", "its worker died"),), {"workers": "2"})


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    eventlog.write_log(tmp_path, LOG)
    assert eventlog.read_log(tmp_path) == LOG


def test_what_ran_is_read_back(tmp_path: Path) -> None:
    run = Run(Subject("offline", "direct", packages=(("numpy", "2.4"),)), "unaware", "1", "aa")
    eventlog.write_log(tmp_path, replace(LOG, run=run))
    assert eventlog.read_log(tmp_path).run == run


def test_a_log_of_an_earlier_version_does_not_know_what_ran(tmp_path: Path) -> None:
    eventlog.write_log(tmp_path, LOG)
    path = tmp_path / "events.parquet"
    table = pq.read_table(path)
    metadata = {k: v for k, v in table.schema.metadata.items() if k != b"streamwer_run"}
    rewrite(path, table.replace_schema_metadata(metadata))
    assert eventlog.read_log(tmp_path) == LOG
    assert LOG.run == Run()


def test_measured_times_live_apart_from_what_was_said_when(tmp_path: Path) -> None:
    eventlog.write_log(tmp_path / "a", LOG)
    slower = EventLog((STEP.__class__(**{**_fields(STEP), "compute": StageTimes(9, 9, 9, 9)}),))
    eventlog.write_log(tmp_path / "b", slower)
    events = [(tmp_path / run / "events.parquet").read_bytes() for run in "ab"]
    assert events[0] == events[1]


def _fields(step: Step) -> dict[str, object]:
    return {name: getattr(step, name) for name in step.__slots__}


def test_rows_are_sorted_whatever_order_the_workers_finished_in(tmp_path: Path) -> None:
    other = Step(**{**_fields(STEP), "recording": "a"})  # type: ignore[arg-type]
    eventlog.write_log(tmp_path / "a", EventLog((STEP, other)))
    eventlog.write_log(tmp_path / "b", EventLog((other, STEP)))
    assert eventlog.read_log(tmp_path / "a") == eventlog.read_log(tmp_path / "b")


def rewrite(path: Path, table: pa.Table) -> None:
    """Write a file as versions did that sealed no log."""
    (path.parent / "digests.json").unlink(missing_ok=True)
    metadata = {k: v for k, v in (table.schema.metadata or {}).items() if k != SEALED_KEY}
    pq.write_table(table.replace_schema_metadata(metadata), path)


def test_a_flipped_bit_is_never_read_as_other_data(tmp_path: Path) -> None:
    """Of each file 60 bits, and each bit of some bytes of the seal."""
    eventlog.write_log(tmp_path, LOG)
    draw = random.Random(9)
    for name in (*seal.LOG_FILES, seal.DIGEST_FILE):
        whole = (tmp_path / name).read_bytes()
        for bit in draw.sample(range(8 * len(whole)), 60):
            spoilt = bytearray(whole)
            spoilt[bit // 8] ^= 1 << bit % 8
            (tmp_path / name).write_bytes(spoilt)
            for read in (eventlog.read_log, eventlog.read_summary):
                with pytest.raises(LogError, match="damaged"):
                    read(tmp_path)
        (tmp_path / name).write_bytes(whole)
    assert eventlog.read_log(tmp_path) == LOG


@pytest.mark.parametrize("name", [*seal.LOG_FILES, seal.DIGEST_FILE])
def test_a_missing_file_is_named_as_missing(name: str, tmp_path: Path) -> None:
    eventlog.write_log(tmp_path, LOG)
    (tmp_path / name).unlink()
    for read in (eventlog.read_log, eventlog.read_summary):
        with pytest.raises(LogError, match=rf"{name}: missing from the event log"):
            read(tmp_path)


def test_a_missing_log_says_which_stage_makes_it(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"events\.parquet.*run the `stream` stage"):
        eventlog.read_log(tmp_path)


def test_the_detected_language_is_read_back(tmp_path: Path) -> None:
    log = replace(LOG, steps=(STEP, replace(STEP, step=1, language="de")))
    eventlog.write_log(tmp_path, log)
    assert [step.language for step in eventlog.read_log(tmp_path).steps] == ["", "de"]


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_a_log_of_an_earlier_schema_counted_less_and_is_read(tmp_path: Path, version: int) -> None:
    eventlog.write_log(tmp_path, LOG)
    later = ["turn_end"] + ["language"] * (version < 4)
    if version < 3:
        later += ["listened_frames", "feature_frames", "encodings", "aligned_tokens"]
    later += ["fallbacks", "cut", "other", "listen"] if version == 1 else []
    for path in tmp_path.glob("*.parquet"):
        table = pq.read_table(path)
        metadata = table.schema.metadata | {b"streamwer_event_log": str(version).encode()}
        table = table.drop([name for name in later if name in table.column_names])
        rewrite(path, table.replace_schema_metadata(metadata))
    compute = replace(STEP.compute, other=0.0) if version == 1 else STEP.compute
    step = replace(STEP, compute=compute, update=replace(STEP.update, turn_end=0.0))
    assert eventlog.read_log(tmp_path) == replace(LOG, steps=(step,))


def test_a_log_of_a_later_schema_or_without_a_column_is_refused(tmp_path: Path) -> None:
    eventlog.write_log(tmp_path, LOG)
    path = tmp_path / "events.parquet"
    table = pq.read_table(path)
    rewrite(path, table.drop(["emitted"]))
    with pytest.raises(LogError, match=r"events\.parquet: the column 'emitted' is missing"):
        eventlog.read_log(tmp_path)
    newer = table.schema.metadata | {b"streamwer_event_log": b"6"}
    rewrite(path, table.replace_schema_metadata(newer))
    with pytest.raises(LogError, match="schema 6, but this version reads 1 to 5"):
        eventlog.read_log(tmp_path)


@pytest.mark.parametrize("moment", [math.nan, math.inf])
def test_a_moment_that_is_no_time_is_refused(tmp_path: Path, moment: float) -> None:
    eventlog.write_log(tmp_path, EventLog((STEP, replace(STEP, step=1, emitted=moment))))
    with pytest.raises(LogError, match=r"events\.parquet: 'emitted' holds what is no time"):
        eventlog.read_log(tmp_path)


def test_a_log_without_a_step_is_read(tmp_path: Path) -> None:
    eventlog.write_log(tmp_path, EventLog(()))
    assert eventlog.read_log(tmp_path) == EventLog(())


def test_something_else_is_not_taken_for_a_log(tmp_path: Path) -> None:
    eventlog.write_log(tmp_path, LOG)
    rewrite(tmp_path / "events.parquet", pa.table({"recording": ["x"]}))
    with pytest.raises(LogError, match="schema none"):
        eventlog.read_log(tmp_path)
    (tmp_path / "events.parquet").write_text("hello")
    with pytest.raises(LogError, match="not a Parquet file"):
        eventlog.read_log(tmp_path)


def _calls(count: int, steps: int) -> Iterator[tuple[Step, ...]]:
    for call in range(count):
        yield tuple(replace(STEP, recording=f"call{call:06d}", step=step) for step in range(steps))


def test_one_recording_at_a_time_is_the_same_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "ROW_GROUP", 2_000)
    steps = tuple(chain.from_iterable(_calls(250, 9)))
    log = EventLog(steps, (Failure("b", "late"), Failure("a", "silent")), {"workers": "2"})
    eventlog.write_log(tmp_path / "whole", log)
    one_by_one = (tmp_path / "parts", _calls(250, 9), log.failures, log.machine, log.run)
    eventlog.write_recordings(*one_by_one)
    for name in ("events", "measured", "failures"):
        written = [(tmp_path / at / f"{name}.parquet").read_bytes() for at in ("whole", "parts")]
        assert written[0] == written[1]
    assert pq.ParquetFile(tmp_path / "parts" / "events.parquet").num_row_groups == 2
    assert eventlog.read_log(tmp_path / "parts").steps == steps
    assert list(eventlog.iterate_recordings(tmp_path / "parts")) == list(_calls(250, 9))


def test_a_long_log_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    def peak(calls: int) -> float:
        folder = tmp_path / str(calls)
        tracemalloc.start()
        eventlog.write_recordings(folder, _calls(calls, 50), (), {}, Run())
        assert sum(1 for _ in eventlog.iterate_recordings(folder)) == calls
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most / 2**20

    assert peak(120) < peak(40) + 1  # MB; the 4,000 more steps are 3 as records


def test_what_goes_wrong_while_a_log_is_written_leaves_the_earlier_one(tmp_path: Path) -> None:
    def broken() -> Iterator[tuple[Step, ...]]:
        yield from _calls(2, 3)
        raise RuntimeError("the store is gone")

    eventlog.write_log(tmp_path, LOG)
    with pytest.raises(RuntimeError, match="the store is gone"):
        eventlog.write_recordings(tmp_path, broken(), (), {}, Run())
    with pytest.raises(ValueError, match=r"'call000001', 0.* does not come after"):
        eventlog.write_recordings(tmp_path, reversed(list(_calls(3, 1))), (), {}, Run())
    assert eventlog.read_log(tmp_path) == LOG
    assert not list(tmp_path.glob("*.partial"))


def test_measurements_of_another_run_are_refused(tmp_path: Path) -> None:
    eventlog.write_log(tmp_path / "other", EventLog(tuple(chain.from_iterable(_calls(2, 3)))))
    eventlog.write_log(tmp_path, LOG)
    (tmp_path / "other" / "measured.parquet").replace(tmp_path / "measured.parquet")
    with pytest.raises(LogError, match=r"measured\.parquet: damaged, or not of the same run"):
        eventlog.read_log(tmp_path)
    shorter = EventLog(next(_calls(1, 3))[:2])
    eventlog.write_log(tmp_path, shorter)
    measured = (tmp_path / "measured.parquet").read_bytes()
    eventlog.write_log(tmp_path, EventLog(shorter.steps[:1]))
    (tmp_path / "measured.parquet").write_bytes(measured)
    rewrite(tmp_path / "events.parquet", pq.read_table(tmp_path / "events.parquet"))
    with pytest.raises(LogError, match=r"measured\.parquet: not of the same run as events"):
        list(eventlog.iterate_recordings(tmp_path))


@pytest.mark.parametrize("old", ["measured", "failures"])
def test_files_of_an_earlier_run_with_the_same_steps_are_refused(old: str, tmp_path: Path) -> None:
    """As a process leaves them that is killed between the moves to their places."""
    eventlog.write_log(tmp_path / "old", LOG)
    eventlog.write_log(tmp_path, replace(LOG, steps=(replace(STEP, emitted=1.75),)))
    (tmp_path / "old" / f"{old}.parquet").replace(tmp_path / f"{old}.parquet")
    for read in (eventlog.read_log, eventlog.read_summary):
        with pytest.raises(LogError, match=rf"{old}\.parquet: damaged, or not of the same run"):
            read(tmp_path)


def test_a_log_without_digests_is_read_and_not_taken_for_a_later_one(tmp_path: Path) -> None:
    eventlog.write_log(tmp_path, LOG)
    for path in tmp_path.glob("*.parquet"):
        rewrite(path, pq.read_table(path))  # which keeps what the schema holds
    assert DIGEST_KEY not in pq.read_metadata(tmp_path / "events.parquet").metadata
    assert eventlog.read_log(tmp_path) == LOG
    eventlog.write_log(tmp_path / "new", LOG)
    for name in ("events.parquet", seal.DIGEST_FILE):
        (tmp_path / "new" / name).replace(tmp_path / name)
    with pytest.raises(
        LogError, match=r"(measured|failures)\.parquet: damaged, or not of the same"
    ):
        eventlog.read_log(tmp_path)


def test_a_damaged_log_is_told_as_such(tmp_path: Path) -> None:
    eventlog.write_log(tmp_path, LOG)
    path = tmp_path / "events.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + bytes(60) + whole[64:])
    with pytest.raises(
        LogError, match=r"events\.parquet: damaged, or .*run the `stream` stage again"
    ):
        eventlog.read_log(tmp_path)
    path.write_bytes(whole)
    rewrite(path, pq.read_table(path))
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + bytes(60) + whole[64:])
    with pytest.raises(LogError, match=r"events\.parquet: damaged .*run the `stream` stage again"):
        eventlog.read_log(tmp_path)
