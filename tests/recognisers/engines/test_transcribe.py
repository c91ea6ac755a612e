"""The faster-whisper recogniser with the bundled model: the same words, metered."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import WhisperModel

from streamwer import audio, recognisers
from streamwer.config import experiment
from streamwer.config.compose import load_config
from streamwer.errors import ModelError
from streamwer.recognisers.base import Recogniser, Window

MODEL = Path("models/reference")
CALL = Path("data/toy_calls/call_01.flac")


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return recognisers.load_recogniser(experiment.build_system(load_config(), "offline"), MODEL)


@pytest.fixture(scope="module")
def call() -> audio.Samples:
    return audio.load_audio(CALL)


def test_metering_does_not_change_the_words(recogniser: Recogniser, call: audio.Samples) -> None:
    plain = WhisperModel(str(MODEL), device="cpu", compute_type="int8", cpu_threads=1)
    segments, _ = plain.transcribe(
        call, language="en", beam_size=5, temperature=[0.0], word_timestamps=True
    )
    expected = [word.word.strip() for segment in segments for word in segment.words or ()]
    assert [word.text for word in recogniser.recognise(Window(call, 0)).words] == expected


def test_word_times_are_on_the_streams_line(recogniser: Recogniser, call: audio.Samples) -> None:
    early = recogniser.recognise(Window(call, 0))
    late = recogniser.recognise(Window(call, 160_000))
    assert [round(word.start + 10, 3) for word in early.words] == [w.start for w in late.words]
    assert all(a.end <= b.end for a, b in pairwise(early.words))
    assert early.words[-1].end <= audio.samples_to_seconds(len(call)) + 0.1
    assert all(0 <= word.probability <= 1 for word in early.words)


def test_every_call_tells_what_it_did(recogniser: Recogniser, call: audio.Samples) -> None:
    window = Window(call[: 16_000 * 5], 0)
    hypothesis = recogniser.recognise(window)
    assert hypothesis.effort.encoder_frames % 3000 == 0
    assert hypothesis.effort.decoded_tokens >= len(hypothesis.words)
    assert hypothesis.compute.encode > 0
    assert hypothesis.compute.decode > 0
    assert hypothesis.compute.other > 0
    prompted = recogniser.recognise(Window(window.audio, 0, prompt="thank you for calling"))
    assert prompted.effort.prompt_tokens > hypothesis.effort.prompt_tokens


@pytest.mark.parametrize("samples", [0, 1, 800, 8_000])
def test_hardly_any_audio_is_no_error(recogniser: Recogniser, samples: int) -> None:
    hypothesis = recogniser.recognise(Window(np.zeros(samples, np.float32), 0))
    assert hypothesis.words == ()


def test_silence_is_silence(recogniser: Recogniser) -> None:
    hiss = np.random.default_rng(0).normal(0, 1e-4, 16_000 * 20).astype(np.float32)
    assert recogniser.recognise(Window(hiss, 0)).words == ()


def test_a_folder_that_is_no_model_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_text("not a model")
    with pytest.raises(ModelError, match="cannot be loaded"):
        recognisers.load_recogniser(experiment.build_system(load_config(), "offline"), tmp_path)
