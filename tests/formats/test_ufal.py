"""whisper_streaming's lines and SimulStreaming's objects: one time each, one file a recording."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from streamwer.errors import LogError
from streamwer.formats.detection import read_log
from streamwer.types import Word
from tests.formats.calls import emitted, lines, tentative

TEXT = ("1500.1250 200 800  my name", "2600.0000 1000 1800  is jane")


def update(text: str, at: float, is_final: bool = False) -> dict[str, object]:
    return {
        "start": 0.5,
        "end": at,
        "text": text,
        "words": [],
        "is_final": is_final,
        "emission_time": at,
    }


def test_every_word_of_a_line_is_emitted_with_it(tmp_path: Path) -> None:
    log = read_log([lines(tmp_path / "call.txt", TEXT)])
    assert log.format == "whisper_streaming"
    assert [(text, at) for text, _, at in emitted(log.events)] == [
        ("my", 1.500125),
        ("name", 1.500125),
        ("is", 2.6),
        ("jane", 2.6),
    ]
    assert log.events.steps[0].update.committed[1] == Word("name", 0.2, 0.8)
    assert not log.ideal
    assert all(math.isnan(step.audio_end) for step in log.events.steps)


def test_a_folder_holds_a_recording_per_file_and_silence_is_one_too(tmp_path: Path) -> None:
    lines(tmp_path / "a.txt", [])
    lines(tmp_path / "b.txt", TEXT)
    log = read_log([tmp_path])
    assert [step.recording for step in log.events.steps] == ["a", "b", "b"]
    assert emitted(log.events)[0][0] == "my"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("hello", "not 'EMITTED_MS BEGIN_MS END_MS TEXT': 'hello'"),
        ("1.0 2", "not 'EMITTED_MS"),
        ("-5.0 0 1 x", "not 'EMITTED_MS"),
        ("nan 0 1 x", "not 'EMITTED_MS"),
        ("900.0 0 1000 again", "emitted at 0.9 s, but the line before it at 2.6 s"),
    ],
)
def test_a_malformed_text_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    path = lines(tmp_path / "call.txt", [*TEXT, line])
    with pytest.raises(LogError, match=rf"call\.txt, line 3: {problem}"):
        read_log([path])


def test_an_update_may_end_within_a_word(tmp_path: Path) -> None:
    records = [
        update(" my na", 1.0),
        update("me is", 2.0),
        {"is_final": False, "emission_time": 2.5},
        update(" jane", 3.0, is_final=True),
        update("hello", 4.0),
    ]
    log = read_log([lines(tmp_path / "call.jsonl", records)])
    assert log.format == "simulstreaming"
    assert [(text, at) for text, _, at in emitted(log.events)] == [
        ("my", 1.0),
        ("name", 2.0),
        ("is", 2.0),
        ("jane", 3.0),
        ("hello", 4.0),
    ]
    assert tentative(log.events) == ["na", "", "", "", ""]


def test_stripped_texts_are_not_glued_together(tmp_path: Path) -> None:
    log = read_log([lines(tmp_path / "call.jsonl", [update("my", 1.0), update("name", 2.0)])])
    assert [text for text, _, _ in emitted(log.events)] == ["my", "name"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ({"text": " x", "start": 1.0, "end": 2.0}, "the field 'emission_time' is missing"),
        (update(" x", 0.5), "emitted at 0.5 s, but the line before it at 1 s"),
        ({**update(" x", 2.0), "text": 5}, "'text' is 5, not a text"),
        ({**update(" x", 2.0), "start": None}, "'start' holds None, not a time"),
    ],
)
def test_a_malformed_object_is_named(tmp_path: Path, line: object, problem: str) -> None:
    path = lines(tmp_path / "call.jsonl", [update(" my", 1.0), line])
    with pytest.raises(LogError, match=rf"call\.jsonl, line 2: {problem}"):
        read_log([path])
