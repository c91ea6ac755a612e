from __future__ import annotations

import json

import pytest

from streamwer.cli.transcript import FileTranscript, format_document, format_entry
from streamwer.types import StageTimes, Step, Update, Word, WorkCounters

HELLO, EARS = Word("héllo", 0.0, 0.5, 0.9), Word("🎧", 0.5, 1.0)


def step(number: int, emitted: float, *words: Word, shown: tuple[Word, ...] = ()) -> Step:
    update = Update(words, shown)
    times = emitted - 0.2, emitted - 0.2, emitted - 0.1, emitted
    return Step("a", number, *times, StageTimes(), WorkCounters(), update, False, language="de")


STEPS = (step(0, 1.0, shown=(HELLO,)), step(1, 2.0, HELLO, shown=(EARS,)), step(2, 3.0, EARS))


def test_an_entry_has_each_word_with_its_times_and_each_update() -> None:
    failed = FileTranscript("b.wav", None, error="broken")
    done = FileTranscript("a.wav", 1.0004, STEPS)
    text = format_document({"schema": 2}, [format_entry(each) for each in (done, failed)])
    assert (
        '\n        {"text": "héllo", "start": 0.0, "end": 0.5, "probability": 0.9,'
        ' "shown": 1.0, "committed": 2.0},\n'
    ) in text
    content = json.loads(text)
    assert content["schema"] == 2
    entry, broken = content["files"]
    assert (entry["seconds"], entry["language"], entry["text"]) == (1.0, "de", "héllo 🎧")
    assert [each["shown"] for each in entry["words"]] == [1.0, 2.0]
    assert [each.get("committed") for each in entry["updates"]] == [None, 1, 1]
    assert entry["updates"][2] == {
        "audio_end": 2.8,
        "start": 2.9,
        "emitted": 3.0,
        "committed": 1,
        "tentative": [],
    }
    assert broken == {
        "file": "b.wav",
        "seconds": None,
        "text": None,
        "error": "broken",
        "words": [],
        "updates": [],
    }


@pytest.mark.parametrize("text", [" } ", "{ }", "a\n          b", '"', "\\\\n"])
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    transcript = FileTranscript(text, 1.0, (step(0, 1.0, Word(text, 0, 1)),))
    document = format_document({"name": text, "list": [1, 2]}, [format_entry(transcript)])
    content = json.loads(document)
    assert (content["name"], content["list"]) == (text, [1, 2])
    assert content["files"][0]["words"][0]["text"] == text
