"""The bundled calls are what their data card says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from lab.calls.evaluation import read_rows
from lab.calls.publishing import read_figures, write_card
from lab.calls.script import read_script
from streamwer.audio import load_audio
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.text.words import split_words

CALLS = Path(__file__).parents[3] / "data/calls"
ROWS = read_rows(CALLS)
COLUMNS = ("words", "words_forced_base")

each_call = pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])


@pytest.fixture(scope="module")
def audio() -> dict[str, Samples]:
    return {row["id"]: load_audio(CALLS / row["file_name"]) for row in ROWS}


def test_they_last_eight_to_ten_minutes(audio: dict[str, Samples]) -> None:
    assert 8 <= sum(map(len, audio.values())) / SAMPLE_RATE / 60 <= 10


def test_the_files_are_all_listed_and_small() -> None:
    files = list(CALLS.glob("*.flac"))
    assert {row["file_name"] for row in ROWS} == {file.name for file in files}
    assert sum(file.stat().st_size for file in files) <= 20_000_000


def test_they_are_those_of_the_script() -> None:
    said = [(call.id, call.speaker, call.group, call.hold_s) for call in read_script()]
    assert [(row["id"], row["speaker"], row["condition"], row["hold"]) for row in ROWS] == said
    texts = [" ".join(call.sentences) for call in read_script()]
    assert [row["text"] for row in ROWS] == texts


def test_whisper_understands_the_clean_ones() -> None:
    assert read_figures(CALLS)["wer"]["tiny.en"]["clean"] <= 0.08


def test_the_card_is_that_of_the_calls(tmp_path: Path) -> None:
    for file in CALLS.iterdir():
        if file.name != "README.md":
            (tmp_path / file.name).symlink_to(file)
    write_card(tmp_path)
    assert (tmp_path / "README.md").read_text() == (CALLS / "README.md").read_text()


@each_call
def test_audio_is_flac_at_16_khz_within_its_peak(
    row: dict[str, Any], audio: dict[str, Samples]
) -> None:
    with av.open(str(CALLS / row["file_name"])) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.channels) == ("flac", 16_000, 1)
    assert 0.1 < np.abs(audio[row["id"]]).max() < 0.99


@each_call
@pytest.mark.parametrize("column", COLUMNS)
def test_words_are_the_text_in_order_and_inside(
    row: dict[str, Any], column: str, audio: dict[str, Samples]
) -> None:
    words = row[column]
    assert [word["text"] for word in words] == split_words(row["text"])
    starts, ends = ([word[name] for word in words] for name in ("start", "end"))
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert starts[0] >= 0
    assert ends[-1] <= len(audio[row["id"]]) / SAMPLE_RATE


@each_call
def test_words_last_as_long_as_words_do(row: dict[str, Any]) -> None:
    lengths = [word["end"] - word["start"] for word in row["words"]]
    assert min(lengths) >= 0.04
    assert max(lengths) <= 1.2


@each_call
def test_words_are_where_the_sound_is(row: dict[str, Any], audio: dict[str, Samples]) -> None:
    samples = audio[row["id"]]
    inside = np.zeros(len(samples), bool)
    for word in row["words"]:
        inside[round(word["start"] * SAMPLE_RATE) : round(word["end"] * SAMPLE_RATE)] = True
    assert np.mean(samples[inside] ** 2) > 8 * np.mean(samples[~inside] ** 2)


@pytest.mark.parametrize("row", [row for row in ROWS if row["hold"]], ids=lambda row: row["id"])
def test_nobody_speaks_in_a_hold_and_it_is_not_digital_silence(
    row: dict[str, Any], audio: dict[str, Samples]
) -> None:
    ends = [word["end"] for word in row["words"][:-1]]
    starts = [word["start"] for word in row["words"][1:]]
    pause, end = max((start - end, end) for start, end in zip(starts, ends, strict=True))
    assert row["hold"] <= pause < row["hold"] + 0.2
    begin = round((end + 0.1) * SAMPLE_RATE)
    hold = audio[row["id"]][begin : begin + round((pause - 0.2) * SAMPLE_RATE)]
    assert 0 < np.sqrt(np.mean(hold**2)) < 0.002
    assert np.abs(hold).max() < 0.01
