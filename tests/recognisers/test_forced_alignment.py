"""Known words get the times of their tokens, also where no space says where a word ends."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from streamwer.recognisers.base import Window
from streamwer.recognisers.decoder import _group_by_word
from streamwer.recognisers.engines.direct import Direct
from streamwer.text.words import split_words
from tests.recognisers.engine_fixtures import direct, hiss
from tests.recognisers.scripted_decoder import tokenizer

PER_TOKEN_S = 0.02


class Even:
    """Stands before a CTranslate2 model: to it every token lasts 20 ms, one after the other."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def align(self, _encoded: Any, _start: Any, texts: list[list[int]], *_: Any, **__: Any) -> Any:
        self.aligned = texts[0]
        return [
            SimpleNamespace(
                alignments=[(index, index) for index in range(len(text) + 1)],
                text_token_probs=[0.5] * len(text),
            )
            for text in texts
        ]


@pytest.fixture(scope="module")
def engine(random_model: Path) -> Direct:
    engine = direct(random_model)
    engine._model.model = Even(engine._model.model)
    return engine


@pytest.mark.parametrize(
    "text",
    [
        "今天 天气很好。",
        "我用iPhone打电话",
        "2024年。hello there",
        "สวัสดีค่ะ",
        "សួស្តី",
        "good day",
    ],
)
def test_each_character_of_a_text_without_spaces_has_its_own_time(
    engine: Direct, text: str
) -> None:
    said = split_words(text)
    placed = engine.align_words(Window(hiss(2.0), 160_000), said, by_character=False)
    assert [word.text for word in placed] == said
    encode = tokenizer(engine).encode
    count = 0
    for word in placed:
        first = word.text[0].isascii() and (not count or word.text in ("there", "day"))
        begin, count = count, count + len(encode(f" {word.text}" if first else word.text))
        assert word.start == pytest.approx(10 + PER_TOKEN_S * begin, abs=1e-3)
        assert word.end == pytest.approx(10 + PER_TOKEN_S * count, abs=1e-3)
    assert len(engine.estimate_priors(said)) == len(said)


def test_a_text_is_given_to_the_model_as_it_would_write_it(engine: Direct) -> None:
    words = ["我", "用", "iPhone", "and", "ipad"]
    engine.align_words(Window(hiss(1.0), 0), words, by_character=False)
    assert tokenizer(engine).decode(engine._model.model.aligned) == "我用iPhone and ipad"


def test_characters_of_one_token_share_its_time() -> None:
    timed = [
        {"word": "今天", "tokens": [1], "start": 1.0, "end": 2.0, "probability": 0.5},
        {"word": "好", "tokens": [2, 3], "start": 2.0, "end": 3.0, "probability": 1.0},
    ]
    found = _group_by_word(timed, [["今", "天", "好"]], [3])
    assert [tuple(piece) for piece in found] == [
        ("今", 1.0, 1.5, 0.5),
        ("天", 1.5, 2.0, 0.5),
        ("好", 2.0, 3.0, 1.0),
    ]
    assert _group_by_word(timed, [["今", "天", "很", "好"]], [3]) == []
