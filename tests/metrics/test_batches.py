"""A log that is scored some recordings at a time has the scores of one that is scored at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import pytest

from streamwer.errors import AudioError, LogError
from streamwer.eventlog.log import EventLog
from streamwer.metrics import batches, store
from streamwer.metrics.batches import score_in_batches
from streamwer.text.normalise import get_normaliser
from streamwer.types import Failure, Reference, Step
from tests.scale import made_up

WORDS = get_normaliser("basic")


def play_rows(rows: int) -> EventLog:
    """The log of so many rows, of which every hundredth failed."""
    steps: list[Step] = []
    failures = []
    for number in range(rows):
        try:
            steps += made_up.steps(number)
        except AudioError as error:
            failures.append(Failure(made_up.recording(number), str(error)))
    return EventLog(tuple(steps), tuple(failures))


def recordings(log: EventLog) -> list[Sequence[Step]]:
    return [tuple(steps) for _, steps in groupby(log.steps, attrgetter("recording"))]


def test_the_scores_of_parts_are_those_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recordings that failed, were not played, or are no reference's; parts that heard nothing."""
    monkeypatch.setattr(batches, "BATCH_SIZE", 7)
    monkeypatch.setattr(store, "_ROW_GROUP", 50)
    log, references = play_rows(130), [made_up.reference(number) for number in range(130)]
    references = [each for each in references if int(each.recording[3:]) % 13]
    silent = {made_up.recording(number) for number in range(20)}
    log = replace(log, steps=tuple(s for s in log.steps if s.recording not in silent))
    whole = store.score_and_sign(references, log, WORDS)
    store.write_scores(tmp_path / "whole", whole)
    parts = score_in_batches(references, recordings(log), log.failures, WORDS)
    store.write_batches(tmp_path / "parts", parts, store.sign_scores(references, log, WORDS))
    for name in ("recordings.parquet", "words.parquet", "signature.json"):
        one, other = ((tmp_path / at / name).read_bytes() for at in ("whole", "parts"))
        assert one == other
    assert set(whole.scores.recordings["failure"]) == {
        "",
        "row 99 fails",
        "the event log does not mention it",
    }


def test_what_is_out_of_order_is_refused() -> None:
    log, references = play_rows(3), [made_up.reference(number) for number in range(3)]
    steps = recordings(log)

    def scored(references: Sequence[Reference], steps: Sequence[Sequence[Step]]) -> None:
        list(score_in_batches(references, steps, (), WORDS))

    for backwards in ((references[::-1], steps), (references, steps[::-1])):
        with pytest.raises(LogError, match=r"'row\d+' comes after 'row\d+': ids must be in order"):
            scored(*backwards)
    with pytest.raises(LogError, match="there are no references"):
        scored([], steps)
