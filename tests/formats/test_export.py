"""What is written for other tools comes back with the same words and times."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.cli.score import EXPORTS
from streamwer.eventlog.log import EventLog
from streamwer.formats.detection import read_log
from streamwer.types import Failure, Step
from tests.formats.calls import REFERENCE, emitted, lines, own_step

texts = st.lists(st.sampled_from(["my", "name", "Jane,", "café", "▁", "it's"]), max_size=3)
seconds = st.floats(0, 30, allow_subnormal=False)


@st.composite
def calls(draw: st.DrawFn, name: str) -> list[Step]:
    """A call as a queue gives it: audio first, then the step, one after another."""
    waits = draw(st.lists(seconds, min_size=1, max_size=5))
    steps: list[Step] = []
    free = 0.0
    for number, heard in enumerate(accumulate(waits)):
        free = max(heard, free) + draw(seconds)
        words = [word for word in draw(texts) if word != "▁"]
        steps.append(own_step(number, heard, free, " ".join(words), "tail", name=name))
    return steps


def exported(name: str, log: EventLog, folder: Path) -> EventLog:
    written: Iterator[str] = EXPORTS[name](log, {"call": REFERENCE})
    return read_log([lines(folder / "log", written)], name).events


@pytest.mark.parametrize("name", EXPORTS)
@given(one=calls("a.b"), other=calls("call"))
def test_words_and_times_survive(name: str, one: list[Step], other: list[Step]) -> None:
    log = EventLog((*one, *other))
    with TemporaryDirectory() as folder:
        again = exported(name, log, Path(folder))
    assert {step.recording for step in again.steps} == {"a.b", "call"}
    assert [text for text, *_ in emitted(again)] == [text for text, *_ in emitted(log)]
    for (_, *times), (_, *before) in zip(emitted(again), emitted(log), strict=True):
        assert times == pytest.approx(before, abs=1e-9)


@pytest.mark.parametrize("name", EXPORTS)
def test_a_failed_recording_keeps_its_place_without_words(name: str, tmp_path: Path) -> None:
    log = EventLog((own_step(0, 1.0, 1.5, "half"),), (Failure("call", "it died"),))
    again = exported(name, log, tmp_path)
    assert [(step.recording, step.audio_end) for step in again.steps] == [("call", 2.0)]
    assert emitted(again) == []


def test_simuleval_gets_its_fields_in_milliseconds(tmp_path: Path) -> None:
    log = EventLog((own_step(0, 1.0, 1.5, "my name", "is"), own_step(1, 2.0, 2.25, "is jane")))
    exported("simuleval", log, tmp_path)
    assert json.loads((tmp_path / "log").read_text()) == {
        "index": 0,
        "prediction": "my name is jane",
        "delays": [1000.0, 1000.0, 2000.0, 2000.0],
        "elapsed": [1500.0, 1500.0, 2250.0, 2250.0],
        "prediction_length": 4,
        "reference": "my name is jane",
        "source": ["call.flac"],
        "source_length": 2000.0,
        "elapsed_is": "emission",
    }


def test_simulstream_gets_committed_words_only(tmp_path: Path) -> None:
    log = EventLog((own_step(0, 1.0, 1.5, "my", "nail"), own_step(1, 2.0, 2.25, "name")))
    exported("simulstream", log, tmp_path)
    first, *chunks = map(json.loads, (tmp_path / "log").read_text().splitlines())
    assert first == {"id": 0, "metadata": {"wav_name": "call.wav"}}
    assert chunks == [
        {
            "id": 0,
            "total_audio_processed": 1.0,
            "computation_time": 0.5,
            "generated_tokens": ["▁my"],
            "deleted_tokens": [],
        },
        {
            "id": 0,
            "total_audio_processed": 2.0,
            "computation_time": 0.25,
            "generated_tokens": ["▁name"],
            "deleted_tokens": [],
        },
    ]
