from __future__ import annotations

import json

import pytest

from streamwer.cli.transcript import Transcript, build_document, format_json
from streamwer.types import StageTimes, Step, Update, Word, WorkCounters

HELLO, EARS = Word("héllo", 0.0, 0.5, 0.9), Word("🎧", 0.5, 1.0)


def step(number: int, emitted: float, *words: Word, shown: tuple[Word, ...] = ()) -> Step:
    update = Update(words, shown)
    times = emitted - 0.2, emitted - 0.2, emitted - 0.1, emitted
    return Step("a", number, *times, StageTimes(), WorkCounters(), update, False, language="de")


STEPS = (step(0, 1.0, shown=(HELLO,)), step(1, 2.0, HELLO, shown=(EARS,)), step(2, 3.0, EARS))


def test_an_entry_has_each_word_with_its_times_and_each_update() -> None:
    failed = Transcript("b.wav", None, error="broken")
    content = build_document({"schema": 2}, [Transcript("a.wav", 1.0004, STEPS), failed])
    text = format_json(content)
    assert (
        '\n        {"text": "héllo", "start": 0.0, "end": 0.5, "probability": 0.9,'
        ' "shown": 1.0, "committed": 2.0},\n'
    ) in text
    assert json.loads(text) == content
    done, broken = content["files"]
    assert (done["seconds"], done["language"], done["text"]) == (1.0, "de", "héllo 🎧")
    assert [each["shown"] for each in done["words"]] == [1.0, 2.0]
    assert [each.get("committed") for each in done["updates"]] == [None, 1, 1]
    assert done["updates"][2] == {
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
    content = build_document(
        {"name": text, "list": [1, 2]}, [Transcript(text, 1.0, (step(0, 1.0, Word(text, 0, 1)),))]
    )
    assert json.loads(format_json(content)) == content
