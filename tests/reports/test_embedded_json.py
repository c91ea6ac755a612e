"""The data behind the call view: what goes in compressed must come out as it was."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.eventlog.log import EventLog
from streamwer.reports.calls import collect_calls
from streamwer.reports.comparison import Comparison
from streamwer.reports.embedded_json import PACK, embed_calls
from streamwer.reports.peaks import ALPHABET, encode_peaks
from streamwer.types import Step


def decompress(text: str) -> Any:
    return json.loads(zlib.decompress(base64.b64decode(text)))


@pytest.fixture(scope="module")
def packed(measured: Comparison) -> list[dict[str, Any]]:
    return [
        call
        for pack in embed_calls(measured, collect_calls(measured)).packs
        for call in decompress(pack)
    ]


def test_every_call_is_in_the_index_and_in_a_pack(
    measured: Comparison, packed: list[dict[str, Any]]
) -> None:
    found = embed_calls(measured, collect_calls(measured))
    index = decompress(found.overview)
    assert index["recording"] == list(measured.systems[0].scores.recordings["recording"])
    assert len(packed) == 36
    assert len(found.packs) == -(-36 // PACK)
    assert [system["name"] for system in index["systems"]] == [
        system.summary.name for system in measured.systems
    ]


def test_the_steps_come_out_as_they_were_logged(
    measured: Comparison, packed: list[dict[str, Any]]
) -> None:
    for at, system in enumerate(measured.systems):
        assert isinstance(system.log, EventLog)
        logged = list(system.log.group_by_recording().values())
        for call, steps in zip(packed, logged, strict=True):
            assert undo_differences(call["systems"][at]["steps"]) == [
                describe_step(step) for step in steps
            ]


def undo_differences(rows: list[list[Any]]) -> list[tuple[Any, ...]]:
    """Undo the differences, as data.js does."""
    found, heard, settled, text = [], 0, 0, []  # type: list[tuple[Any, ...]], int, int, list[str]
    for more, wait, queued, computed, committed, dropped, added in rows:
        heard, settled = heard + more, settled + committed
        text = text[: len(text) - dropped] + added
        ready = heard + wait
        times = (heard, ready, ready + queued, ready + queued + computed)
        found.append((*times, text[:settled], text[settled:]))
    return [
        (*row[:4], row[4][-rows[at][4] :] if rows[at][4] else [], row[5])
        for at, row in enumerate(found)
    ]


def describe_step(step: Step) -> tuple[Any, ...]:
    times = (step.audio_end, step.ready, step.start, step.emitted)
    committed = [word.text for word in step.update.committed]
    return (*(round(100 * at) for at in times), committed, [w.text for w in step.update.tentative])


def test_the_diff_comes_out_with_every_word_that_was_said(packed: list[dict[str, Any]]) -> None:
    for call in packed:
        for system in call["systems"]:
            said = sum(
                abs(run) if isinstance(run, int) else not isinstance(run, list)
                for run in system["runs"]
            )
            assert said == len(call["reference"])


def test_marks_stand_in_the_order_in_which_a_word_becomes_final(
    packed: list[dict[str, Any]],
) -> None:
    for call in packed:
        for system in call["systems"]:
            first, for_good, final = system["marks"]
            assert len(final) == len(call["spoken"])
            rows = zip(first, for_good, final, strict=True)
            assert all(row[0] <= row[1] <= row[2] for row in rows if None not in row)


@given(
    st.lists(st.floats(-1, 1, width=32), max_size=300),
    st.floats(0.01, 100),
)
def test_peaks_keep_the_loudest_sample_and_the_length(samples: list[float], seconds: float) -> None:
    drawn = encode_peaks(np.array(samples, dtype=np.float32), seconds)
    assert len(drawn) <= min(2000, len(samples))
    assert set(drawn) <= set(ALPHABET)
    if any(samples):
        assert ALPHABET[-1] in drawn


def test_the_runs_of_a_call_are_those_of_the_words_table(measured: Comparison) -> None:
    shown = collect_calls(measured)
    for at, system in enumerate(measured.systems):
        rows = system.scores.words.groupby("recording")
        for call in shown:
            words = rows.get_group(call.recording)
            runs = call.results[at].runs
            said = [word for run in runs for word in run.reference.split()]
            assert said == list(words["word"].dropna())
            missed = [run.reference for run in runs if run.kind == "deleted"]
            gone = words.loc[words["status"] == "deleted", "word"]
            assert " ".join(missed) == " ".join(gone)
