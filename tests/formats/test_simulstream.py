"""simulstream's chunks: a queue of their compute, and words that are taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streamwer.errors import LogError
from streamwer.formats.detection import read_log
from streamwer.metrics.erasure import count_erased_words
from tests.formats.calls import emitted, lines, tentative

NAME = {"id": 0, "metadata": {"wav_name": "/data/call.wav"}}


def chunk(heard: float, spent: float, added: str, deleted: str = "", number: int = 0) -> Any:
    return {
        "id": number,
        "total_audio_processed": heard,
        "computation_time": spent,
        "generated_tokens": added.split(),
        "deleted_tokens": deleted.split(),
    }


def test_a_slow_chunk_makes_the_next_one_late(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "metrics.json",
        [
            {"model_loading_time": 3.2},
            NAME,
            chunk(1.0, 1.5, "▁my ▁name"),
            chunk(2.0, 0.25, "▁is"),
            chunk(4.0, 0.5, "▁jane"),
        ],
    )
    log = read_log([path])
    assert log.format == "simulstream"
    assert emitted(log.events) == [
        ("my", 1.0, 2.5),
        ("name", 1.0, 2.5),
        ("is", 2.0, 2.75),  # simulstream itself says 2.25
        ("jane", 4.0, 4.5),
    ]
    assert log.notes == ()


def test_a_word_counts_from_the_line_that_last_changed_it(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "metrics.json",
        [
            NAME,
            chunk(1.0, 0.0, "▁my ▁na il"),
            chunk(2.0, 0.0, "me ▁is ▁jan", "il"),
            chunk(3.0, 0.0, "e"),
        ],
    )
    log = read_log([path])
    assert emitted(log.events) == [
        ("my", 1.0, 1.0),
        ("name", 2.0, 2.0),
        ("is", 2.0, 2.0),
        ("jane", 3.0, 3.0),
    ]
    assert tentative(log.events) == ["nail", "jan", ""]
    assert count_erased_words(log.events.steps) == 2
    assert "hindsight" not in log.notes[0]
    assert "last changed" in log.notes[0]


def test_a_word_that_lost_its_end_counts_from_then(tmp_path: Path) -> None:
    records = [NAME, chunk(1.0, 0.0, "▁hel lo"), chunk(2.0, 0.0, "▁jane", "lo")]
    log = read_log([lines(tmp_path / "metrics.json", records)])
    assert emitted(log.events) == [("hel", 2.0, 2.0), ("jane", 2.0, 2.0)]
    assert tentative(log.events) == ["hello", ""]


@pytest.mark.parametrize(
    "tokens", [["my", "name"], ["▁my", "▁na", "me"], ["Ġmy", "Ġna", "me"], [" my", " na", "me"]]
)
def test_tokens_become_words_whatever_begins_one(tmp_path: Path, tokens: list[str]) -> None:
    line = {**chunk(1.0, 0.0, ""), "generated_tokens": tokens}
    log = read_log([lines(tmp_path / "metrics.json", [NAME, line])])
    assert [text for text, _, _ in emitted(log.events)] == ["my", "name"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (chunk(2.0, 0.1, "▁x", "▁y"), "'deleted_tokens' are not the last tokens"),
        (chunk(2.0, 0.1, "", "▁x ▁my"), "'deleted_tokens' are not the last tokens"),
        (chunk(0.5, 0.1, "▁x"), "'total_audio_processed' goes back from 1 to 0.5"),
        (chunk(2.0, -1.0, "▁x"), "'computation_time' holds -1.0"),
        (chunk(2.0, 0.1, "▁x", number=3), "no line before it gives the 'wav_name' of id 3"),
        ({"id": 1, "metadata": {"wav_name": "call.flac"}}, "'call' or its id occurs again"),
        ({"id": 1, "metadata": {}}, "the field 'wav_name' is missing"),
        ({"total_audio_processed": 1.0}, "the field 'id' is missing"),
        ({**chunk(2.0, 0.1, ""), "generated_tokens": [1]}, "'generated_tokens' holds 1"),
        ({**chunk(2.0, 0.1, ""), "generated_tokens": None}, "'generated_tokens' is None"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: object, problem: str) -> None:
    path = lines(tmp_path / "metrics.json", [NAME, chunk(1.0, 0.1, "▁my"), line])
    with pytest.raises(LogError, match=rf"metrics\.json, line 3: .*{problem}"):
        read_log([path])


def test_byte_level_tokens_beyond_ascii_are_refused(tmp_path: Path) -> None:
    line = {**chunk(1.0, 0.0, ""), "generated_tokens": ["Ġcaf", "Ã©"]}
    with pytest.raises(LogError, match=r"line 2: the token 'Ã©' needs its tokeniser"):
        read_log([lines(tmp_path / "metrics.json", [NAME, line])])
