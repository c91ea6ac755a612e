"""A training window's label is what a recogniser should write for just that audio."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from lab.reference.speech import SAMPLE_RATE
from lab.reference.tokens import Tokens
from lab.reference.windows import (
    CHARACTERS,
    IGNORED,
    Example,
    Labeller,
    Segment,
    Speech,
    Window,
    draw,
)

TOKENS = Tokens(Path(__file__).parents[3] / "models/reference/tokenizer.json")
SENTENCES = ["hello my name is emma", "the order number is nine two", "goodbye"]
FIRST = Segment([("hello", 0.5, 0.9), ("emma", 1.0, 1.4)], cut=False)
SECOND = Segment([("thank", 2.0, 2.4), ("you", 2.4, 2.7)], cut=False)
CUT = Segment([("good", 28.0, 28.5)], cut=True)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Speech:
    """One session of noise bursts that pose as words of 0.3 s."""
    folder = tmp_path_factory.mktemp("speech")
    spoken, parts, offset = [], [], 0
    for text in SENTENCES * 4:
        names = text.split()
        times = [(name, round(0.3 * i, 3), round(0.3 * (i + 1), 3)) for i, name in enumerate(names)]
        count = round(0.3 * len(names) * SAMPLE_RATE)
        spoken.append({"text": text, "words": times, "offset": offset, "samples": count})
        parts.append(np.random.default_rng(offset).integers(-9000, 9000, count, dtype=np.int16))
        offset += count
    np.concatenate(parts).tofile(folder / "000.pcm")
    (folder / "000.json").write_text(json.dumps([spoken]))
    return Speech(folder)


def examples(speech: Speech, window: Window) -> list[Example]:
    """The label of one window, drawn often enough to see every kind of it."""
    labeller = Labeller(speech, TOKENS)
    return [labeller.example(window, random.Random(seed)) for seed in range(12)]


def window(seconds: float, *segments: Segment, before: tuple[str, ...] = ()) -> Window:
    return Window(np.zeros(int(seconds * SAMPLE_RATE), np.float32), list(segments), list(before))


def timed(example: Example) -> bool:
    return TOKENS.no_timestamps not in example.inputs


def body(example: Example) -> list[int]:
    """What comes after the start token, up to the end token."""
    start = example.inputs.index(TOKENS.start)
    return example.targets[start:]


def test_timestamps_frame_each_sentence(speech: Speech) -> None:
    at, text = TOKENS.at, TOKENS.text
    expected = [at(0.5), *text(["hello", "emma"]), at(1.4), at(2.0), *text(["thank", "you"])]
    for example in filter(timed, examples(speech, window(5, FIRST, SECOND))):
        assert body(example) == [*expected, at(2.7), TOKENS.end]


def test_without_timestamps_only_words(speech: Speech) -> None:
    plain = [e for e in examples(speech, window(5, FIRST, SECOND)) if not timed(e)]
    assert plain
    for example in plain:
        words = TOKENS.text("hello emma thank you".split())
        assert body(example) == [TOKENS.no_timestamps, *words, TOKENS.end]


def test_each_token_is_heard_in_its_word_and_the_first_also_in_the_pause_before(
    speech: Speech,
) -> None:
    words = {"hello": (0.0, 0.5, 0.9), "emma": (0.9, 1.0, 1.4)}
    for example in examples(speech, window(5, FIRST)):
        expected = []
        for word, (pause, begin, end) in words.items():
            later = [(begin, begin, end)] * (len(TOKENS.text([word])) - 1)
            expected += [(pause, begin, end), *later]
        rest = [] if timed(example) else [(1.4, 1.4, 5.0)]
        assert [span for span in example.spans if span] == expected + rest
        heard = [t for t, span in zip(example.targets, example.spans, strict=True) if span]
        assert heard[: len(expected)] == TOKENS.text(["hello", "emma"])


def test_full_window_leaves_a_cut_sentence_to_the_next(speech: Speech) -> None:
    for example in filter(timed, examples(speech, window(30, FIRST, CUT))):
        assert body(example)[-2:] == [TOKENS.at(28.0), TOKENS.end]


def test_short_window_writes_the_whole_words_of_a_cut_sentence(speech: Speech) -> None:
    cut = Segment([("good", 4.0, 4.5)], cut=True)
    for example in filter(timed, examples(speech, window(5, FIRST, cut))):
        assert body(example)[-3:] == [*TOKENS.text(["good"])[-1:], TOKENS.at(5.0), TOKENS.end]


def test_silence_is_no_speech(speech: Speech) -> None:
    for example in examples(speech, window(4)):
        assert body(example)[0] == TOKENS.no_speech
        assert body(example)[-1] == TOKENS.end
        assert example.characters == []


def test_prompt_is_given_and_never_asked_for(speech: Speech) -> None:
    prompted = [
        example
        for example in examples(speech, window(5, FIRST, before=("my", "name")))
        if example.inputs[0] == TOKENS.previous
    ]
    assert prompted
    for example in prompted:
        start = example.inputs.index(TOKENS.start)
        assert set(example.targets[:start]) == {IGNORED}
        assert example.inputs[start + 1 :] == example.targets[start:-1]


def test_features_and_characters(speech: Speech) -> None:
    example = examples(speech, window(5, FIRST))[0]
    assert example.features.shape == (80, 500)
    assert "".join(CHARACTERS[c] for c in example.characters) == "hello emma"


@pytest.mark.parametrize("seed", range(20))
def test_drawn_words_lie_inside_the_window(speech: Speech, seed: int) -> None:
    drawn = draw(speech, random.Random(seed), 6.0)
    assert drawn.audio.shape == (6 * SAMPLE_RATE,)
    assert np.isfinite(drawn.audio).all()
    words = [word for segment in drawn.segments for word in segment.words]
    assert all(0 <= start <= end <= 6 for _, start, end in words)
    assert [start for _, start, _ in words] == sorted(start for _, start, _ in words)
    assert all(segment.cut is False for segment in drawn.segments[:-1])
