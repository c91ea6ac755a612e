"""On a GPU the direct engine does what it does on a CPU: single windows, batches, fallbacks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import ctranslate2
import numpy as np
import pytest

from streamwer.recognisers.base import Memory, Window
from streamwer.text.repetition import find_loop
from tests.recognisers.engine_fixtures import direct, hiss, part, texts
from tests.recognisers.scripted_decoder import says, tokenizer

pytestmark = pytest.mark.skipif(
    ctranslate2.get_cuda_device_count() == 0, reason="there is no GPU that CTranslate2 can use"
)
types = pytest.mark.parametrize("compute_type", ["float16", "int8_float16", "bfloat16"])


def windows() -> list[Window]:
    parts = [(1, 1.0, 4.0), (2, 4.0, 7.0), (5, 3.0, 6.0), (9, 6.0, 8.9)]
    return [part(*each) for each in parts]


@types
def test_it_hears_what_the_cpu_hears(compute_type: str) -> None:
    here = direct()
    there = direct(device="cuda", compute_type=compute_type)
    for window in windows():
        expected = texts(here.recognise(window))
        heard = texts(there.recognise(replace(window, memory=Memory())))
        assert len(set(expected) & set(heard)) >= len(set(expected)) - 1


@types
def test_a_batch_gives_the_words_of_its_windows_one_by_one(compute_type: str) -> None:
    alone = direct(device="cuda", compute_type=compute_type)
    together = direct(device="cuda", compute_type=compute_type, batch_size=4)
    expected = [texts(alone.recognise(window)) for window in windows()]
    assert [texts(h) for h in together.recognise_batch(windows())] == expected


@types
def test_rows_of_a_batch_go_to_the_cpu_and_back(random_model: Path, compute_type: str) -> None:
    engine = direct(
        random_model,
        device="cuda",
        compute_type=compute_type,
        batch_size=4,
        skip_silence=False,
        no_speech_threshold=1.0,
    )
    text = tokenizer(engine).encode(" on hold" + " thank you" * 8)
    says(engine, text)
    audio = hiss(3.0, level=0.1)
    for heard in engine.recognise_batch([Window(audio, 0), Window(np.flip(audio), 0)]):
        assert texts(heard) == "on hold thank you".split()
        assert heard.effort.fallbacks == 1
        assert find_loop(texts(heard)) is None
