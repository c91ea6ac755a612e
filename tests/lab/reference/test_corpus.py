"""The bundled calls are what their data card says."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from lab.reference import grammar
from lab.reference.voices import CORPUS_VARIANTS, TRAINING_VARIANTS
from streamwer.audio import load
from streamwer.audio.decoding import SAMPLE_RATE, Samples

CALLS = Path(__file__).parents[3] / "data/toy_calls"
ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in (CALLS / "metadata.jsonl").read_text().splitlines()
]

each_call = pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])


@pytest.fixture(scope="module")
def audio() -> dict[str, Samples]:
    return {row["id"]: load(CALLS / row["file_name"]) for row in ROWS}


def test_enough_calls_speakers_and_conditions(audio: dict[str, Samples]) -> None:
    assert len(ROWS) >= 32
    assert len({row["speaker"] for row in ROWS}) >= 16
    conditions = Counter(row["condition"] for row in ROWS)
    assert set(conditions) == {"clean", "telephone", "noise"}
    assert min(conditions.values()) >= 6
    minutes = sum(map(len, audio.values())) / SAMPLE_RATE / 60
    assert 10 <= minutes <= 15


def test_ids_are_unique_and_files_are_all_listed() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert {row["file_name"] for row in ROWS} == {file.name for file in CALLS.glob("*.flac")}


def test_holds(audio: dict[str, Samples]) -> None:
    held = [row for row in ROWS if row["hold"] >= 20]
    assert len(held) >= 4
    silent = 0
    for row in held:
        start, end = longest_pause(row["words"])
        assert end - start >= row["hold"]
        quiet = audio[row["id"]][round((start + 0.3) * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
        assert np.sqrt(np.mean(quiet**2)) < 0.002
        silent += not quiet.any()
    assert silent == 1


def longest_pause(words: list[dict[str, Any]]) -> tuple[float, float]:
    pauses = pairwise(words)
    before, after = max(pauses, key=lambda pair: pair[1]["start"] - pair[0]["end"])
    return before["end"], after["start"]


def test_some_calls_end_soon_after_the_last_word(audio: dict[str, Samples]) -> None:
    tails = [len(audio[row["id"]]) / SAMPLE_RATE - row["words"][-1]["end"] for row in ROWS]
    assert min(tails) >= 0.19
    assert sum(tail <= 0.41 for tail in tails) >= 8
    assert sum(tail > 0.99 for tail in tails) >= 8


@each_call
def test_audio(row: dict[str, Any], audio: dict[str, Samples]) -> None:
    with av.open(str(CALLS / row["file_name"])) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.channels) == ("flac", 16_000, 1)
    samples = audio[row["id"]]
    assert 15 <= len(samples) / SAMPLE_RATE <= 60
    assert 0.2 < np.abs(samples).max() < 0.99


@each_call
def test_words(row: dict[str, Any], audio: dict[str, Samples]) -> None:
    words = row["words"]
    assert row["text"] == " ".join(word["text"] for word in words)
    times = [time for word in words for time in (word["start"], word["end"])]
    assert times == sorted(times)
    assert all(word["end"] - word["start"] >= 0.02 for word in words)
    assert times[0] >= 0
    assert times[-1] <= len(audio[row["id"]]) / SAMPLE_RATE
    assert times == [round(time, 3) for time in times]


@each_call
def test_words_are_where_the_sound_is(row: dict[str, Any], audio: dict[str, Samples]) -> None:
    samples = audio[row["id"]]
    inside = np.zeros(len(samples), bool)
    for word in row["words"]:
        inside[round(word["start"] * SAMPLE_RATE) : round(word["end"] * SAMPLE_RATE)] = True
    speech, pauses = np.mean(samples[inside] ** 2), np.mean(samples[~inside] ** 2)
    assert speech > 8 * pauses


@each_call
def test_sentences_were_never_trained(row: dict[str, Any]) -> None:
    assert row["text"] == " ".join(row["sentences"])
    assert len(set(row["sentences"])) == len(row["sentences"])
    assert all(map(grammar.held_out, row["sentences"]))


def test_sentences_hardly_come_twice() -> None:
    said = Counter(sentence for row in ROWS for sentence in row["sentences"])
    assert said.total() - len(said) <= 12


def test_voices_were_never_trained() -> None:
    assert not set(CORPUS_VARIANTS) & set(TRAINING_VARIANTS)
    assert {row["speaker"].split("+")[1] for row in ROWS} <= set(CORPUS_VARIANTS)
