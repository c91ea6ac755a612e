"""Whatever a model says, no loop, no run-on and no half character gets into the words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ctranslate2 import DataType, StorageView
from hypothesis import given, settings
from hypothesis import strategies as st

from streamwer.recognisers.base import Window
from streamwer.recognisers.engines.direct import Direct
from streamwer.recognisers.long_windows import ShortWhisper
from streamwer.recognisers.prompt import BROKEN
from streamwer.text.repetition import find_loop
from streamwer.types import Hypothesis
from tests import random_whisper
from tests.recognisers.engine_fixtures import direct, hiss, texts
from tests.recognisers.scripted_decoder import says, tokenizer

SHAPE = random_whisper.Shape(width=64, heads=2, layers=2)
NOISE = hiss(3.0, level=0.1)
SPLIT = "é請😀"  # of two, three and four bytes: as many tokens


@pytest.fixture(scope="module")
def engine(random_model: Path) -> Direct:
    return direct(random_model, skip_silence=False, no_speech_threshold=1.0)


def encode_text(engine: Direct, text: str) -> list[int]:
    return tokenizer(engine).encode(" " + text)


def sounds(text: str) -> str:
    """A text without its spaces and without the words that have no letter or digit."""
    return "".join(word for word in text.split() if any(map(str.isalnum, word)))


def recognise_hiss(engine: Direct, seconds: float = 3.0) -> Hypothesis:
    return engine.recognise(Window(hiss(seconds, level=0.1), 16_000))


def test_what_the_model_says_are_the_words(engine: Direct) -> None:
    says(engine, encode_text(engine, "please call me, it's about the café"))
    hypothesis = recognise_hiss(engine)
    assert texts(hypothesis) == ["please", "call", "me,", "it's", "about", "the", "café"]
    assert hypothesis.effort.fallbacks == 0
    assert all(1 <= word.start <= word.end <= 4 for word in hypothesis.words)


def test_a_loop_is_decoded_again_and_counted(engine: Direct) -> None:
    says(
        engine,
        encode_text(engine, "on hold" + " thank you" * 6),
        encode_text(engine, "on hold thank you"),
    )
    hypothesis = recognise_hiss(engine)
    assert texts(hypothesis) == ["on", "hold", "thank", "you"]
    assert hypothesis.effort.fallbacks == 1


def test_a_loop_that_stays_is_cut(engine: Direct) -> None:
    says(engine, encode_text(engine, "on hold" + " thank you" * 6))
    hypothesis = recognise_hiss(engine)
    assert texts(hypothesis) == ["on", "hold", "thank", "you"]
    assert hypothesis.effort.fallbacks == 1


def test_a_run_on_text_ends_at_a_whole_word_within_its_budget(engine: Direct) -> None:
    words = [f"{a}{b}{c}" for a in "bdfg" for b in "aeiou" for c in "klmnprst"]
    says(engine, encode_text(engine, " ".join(words)))
    for seconds in (0.5, 3.0, 30.0):
        hypothesis = recognise_hiss(engine, seconds)
        said = texts(hypothesis)
        assert said == words[: len(said)]
        assert 0 < len(encode_text(engine, " ".join(said))) <= 16 + 12 * seconds
        assert hypothesis.effort.fallbacks == 1


def test_silence_by_the_models_own_account_is_no_text(random_model: Path) -> None:
    wary = direct(random_model, skip_silence=False, no_speech_threshold=0.6)
    decoder = says(wary, encode_text(wary, "thank you"))
    decoder.no_speech_prob, decoder.score = 0.7, -1.5
    assert recognise_hiss(wary).words == ()
    decoder.score = -0.5  # it is sure of what it wrote
    assert texts(recognise_hiss(wary)) == ["thank", "you"]
    decoder.no_speech_prob, decoder.score = 0.5, -1.5
    assert texts(recognise_hiss(wary)) == ["thank", "you"]


pieces = st.one_of(
    st.sampled_from(["call me", "thank you", "ab, cd.", *SPLIT]),
    st.text("ab é請😀,.'", min_size=1, max_size=6),
)


@settings(max_examples=60)
@given(
    text=st.lists(pieces, max_size=12).map(" ".join),
    times=st.integers(1, 12),
    lost=st.integers(0, 3),
    seconds=st.sampled_from([0.1, 1.0, 3.0]),
)
def test_no_loop_no_run_on_and_no_half_character_is_ever_said(
    engine: Direct, text: str, times: int, lost: int, seconds: float
) -> None:
    tokens = encode_text(engine, " ".join([text] * times))
    says(engine, tokens[: len(tokens) - lost])
    hypothesis = recognise_hiss(engine, seconds)
    said = texts(hypothesis)
    assert BROKEN not in "".join(said)
    assert all(said) or not said
    assert find_loop(said) is None
    assert sounds(f"{text} " * times).startswith(sounds(" ".join(said)))


@settings(max_examples=60)
@given(st.lists(st.integers(0, 50_000), max_size=80))
def test_any_tokens_at_all_make_proper_words(engine: Direct, tokens: list[int]) -> None:
    says(engine, tokens)
    hypothesis = recognise_hiss(engine, 1.0)
    for word in hypothesis.words:
        assert word.text == word.text.strip() != ""
        assert BROKEN not in word.text
        assert 1 <= word.start <= word.end <= 2
        assert 0 <= word.probability <= 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_models_loop_and_are_cut(tmp_path: Path, seed: int) -> None:
    engine = direct(
        random_whisper.build(tmp_path / "random", SHAPE, seed=seed),
        skip_silence=False,
        no_speech_threshold=1.0,
    )
    fallbacks = 0
    for start in range(0, 32_000, 8_000):
        hypothesis = engine.recognise(Window(NOISE[start:], start, prompt="call me back"))
        fallbacks += hypothesis.effort.fallbacks
        assert find_loop(texts(hypothesis)) is None
        assert BROKEN not in "".join(texts(hypothesis))
    assert fallbacks > 0


def align_evenly(engine: Direct, each_s: float) -> Any:
    """An alignment in which every word takes as long as the others."""

    def find_alignment(_: Any, texts: Any, *__: Any) -> Any:
        for tokens in texts:
            words, groups = tokenizer(engine).split_to_word_tokens(tokens)
            yield [
                {
                    "word": w,
                    "tokens": g,
                    "start": i * each_s,
                    "end": (i + 1) * each_s,
                    "probability": 1.0,
                }
                for i, (w, g) in enumerate(zip(words, groups, strict=True))
            ]

    return lambda *args: list(find_alignment(*args))


@pytest.mark.parametrize(
    ("each_s", "first", "heard"),
    [(0.3, ".", ["lincoln."]), (0.3, " now.", ["now.", "lincoln."]), (0.6, ".", [])],
)
def test_speech_behind_the_end_of_a_sentence_is_decoded(
    engine: Direct, monkeypatch: pytest.MonkeyPatch, each_s: float, first: str, heard: list[str]
) -> None:
    """The decoder takes the end of the sentence for that of the window, where words are short."""
    begun = [*encode_text(engine, "as we understand it"), *tokenizer(engine).encode(first)]
    said = iter([begun, [*begun, *encode_text(engine, "lincoln.")]])
    monkeypatch.setattr(says(engine, []), "_said", lambda _: next(said))
    monkeypatch.setattr(engine._model, "find_alignment", align_evenly(engine, each_s))
    window = Window(hiss(3.0, level=0.1), 0, prefix="as we understand it")
    assert texts(engine.recognise(window)) == heard
    assert bool(list(said)) == (len(heard) == 0)  # nor is it asked again in vain


def test_a_long_window_is_guarded_too(random_model: Path) -> None:
    engine = direct(random_model, skip_silence=False, no_speech_threshold=1.0)
    zero = tokenizer(engine).timestamp_begin
    again = [*encode_text(engine, "thank you"), zero + 50, zero + 50]
    says(engine, [zero, *encode_text(engine, "on hold"), zero + 20, zero + 20, *(again * 9)])
    hypothesis = engine.recognise(Window(hiss(45.0, level=0.1), 0))
    assert texts(hypothesis) == "on hold thank you on hold thank you".split()
    assert hypothesis.effort.fallbacks == 2
    assert hypothesis.effort.encoder_frames == 3000 + 1600  # 15 s are left, and 1 s of padding


def test_a_long_window_of_nothing_but_a_loop_comes_to_an_end(random_model: Path) -> None:
    engine = direct(random_model, skip_silence=False, no_speech_threshold=1.0)
    says(engine, encode_text(engine, "thank you " * 400))
    hypothesis = engine.recognise(Window(hiss(45.0, level=0.1), 0))
    assert texts(hypothesis) == "thank you thank you".split()


@pytest.mark.parametrize("kept_as", [DataType.float32, DataType.float16, DataType.bfloat16])
def test_rows_of_a_batch_are_taken_from_any_number_type(kept_as: DataType) -> None:
    values = np.arange(24, dtype=np.float32).reshape(3, 2, 4)
    encoded = StorageView.from_array(values).to(kept_as)
    np.testing.assert_array_equal(
        np.array(ShortWhisper.select_rows(encoded, [2, 0])), values[[2, 0]]
    )
