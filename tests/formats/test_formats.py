"""The format is found out from the content, or forced."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamwer import eventlog
from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats.detection import FORMATS, read_log
from tests.formats.calls import lines, own_step

ENTRY = {"file": "a.wav", "text": "", "error": None, "words": [], "updates": []}
FIRST_LINES = {
    "json": {"schema": 2, "files": [ENTRY]},
    "jsonl": {"type": "settings", "schema": 2, "settings": {}},
    "simuleval": {"index": 0, "prediction": "", "delays": [], "elapsed": []},
    "simulstream": {"id": 0, "metadata": {"wav_name": "a.wav"}},
    "whisper_streaming": "1200.0000 0 900 hello",
    "simulstreaming": {"emission_time": 1.0, "is_final": False},
}
CHUNK = {
    "id": 0,
    "total_audio_processed": 1.0,
    "computation_time": 0.5,
    "generated_tokens": [],
    "deleted_tokens": [],
}


@pytest.mark.parametrize("name", FIRST_LINES)
def test_the_first_line_tells_the_format(tmp_path: Path, name: str) -> None:
    more = {"simulstream": [CHUNK], "jsonl": [{"type": "start", "file": "a.wav"}]}.get(name, [])
    path = lines(tmp_path / "log", ["", FIRST_LINES[name], *more])
    assert read_log([path]).format == name


def test_an_event_log_is_known_by_its_file(tmp_path: Path) -> None:
    written = EventLog((own_step(0, 1.0, 1.5, "my"),))
    eventlog.write_log(tmp_path, written)
    assert read_log([tmp_path]).format == "streamwer"
    assert [step.recording for step in read_log([tmp_path]).events.steps] == ["call"]
    with pytest.raises(LogError, match="2 event logs; each is one system"):
        read_log([tmp_path, tmp_path])


def test_every_format_can_be_told() -> None:
    assert set(FIRST_LINES) | {"streamwer", "text", "json", "jsonl"} == set(FORMATS)


def test_a_forced_format_reads_a_silent_recording(tmp_path: Path) -> None:
    path = lines(tmp_path / "call.txt", [])
    with pytest.raises(LogError, match="the log is empty; say with --format"):
        read_log([path])
    log = read_log([path], "whisper_streaming")
    assert [step.recording for step in log.events.steps] == ["call"]


@pytest.mark.parametrize("line", ["hello", "{{", "[1]", {"text": "hi"}, "3"])
def test_an_unknown_format_lists_the_known_ones(tmp_path: Path, line: object) -> None:
    with pytest.raises(LogError, match=r"none of streamwer, json.*--format"):
        read_log([lines(tmp_path / "log", [line])])


def test_what_begins_as_json_must_be_json(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"log: not JSON \(Expecting property name"):
        read_log([lines(tmp_path / "log", ["{"])])


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="absent: no such file or folder"):
        read_log([tmp_path / "absent"])
    with pytest.raises(LogError, match="no log in this folder"):
        read_log([tmp_path])
    (tmp_path / "log").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LogError, match="not a text in UTF-8"):
        read_log([tmp_path / "log"])


def test_two_files_of_one_recording_are_named(tmp_path: Path) -> None:
    for suffix in ("txt", "out"):
        lines(tmp_path / f"call.{suffix}", ["1200.0000 0 900 hello"])
    with pytest.raises(LogError, match=r"call\.out and .*call\.txt: both would be 'call'"):
        read_log([tmp_path])
