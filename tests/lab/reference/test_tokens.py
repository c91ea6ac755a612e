"""The tokenizer has Whisper's layout, which faster-whisper and CTranslate2 rely on."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.reference import tokens
from lab.reference.tokens import Tokens

LINES = ["hello my name is emma smith", "the order number is nine two seven", "thank you goodbye"]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("tokens") / "tokenizer.json"
    tokens.trained(LINES * 20).save(str(file))
    return file


def test_specials_then_timestamps_follow_the_text(path: Path) -> None:
    vocabulary = Tokens(path)
    text = vocabulary.size - len(tokens.SPECIALS) - len(tokens.TIMESTAMPS)
    assert vocabulary.end == text
    assert vocabulary.start == text + 1
    assert vocabulary.no_timestamps == vocabulary.at(0) - 1
    assert vocabulary.at(30) == vocabulary.size - 1
    assert vocabulary.previous < vocabulary.no_speech < vocabulary.no_timestamps


@pytest.mark.parametrize(
    ("seconds", "steps"), [(0.0, 0), (0.02, 1), (0.029, 1), (12.34, 617), (-3.0, 0), (31.0, 1500)]
)
def test_timestamps_are_20_ms_apart_and_bounded(path: Path, seconds: float, steps: int) -> None:
    vocabulary = Tokens(path)
    assert vocabulary.at(seconds) == vocabulary.at(0) + steps


def test_text_survives(path: Path) -> None:
    ids = Tokens(path).text(["unheard", "words", "too"])
    assert max(ids) < Tokens(path).end
    assert tokens.Tokenizer.from_file(str(path)).decode(ids) == " unheard words too"


def test_foreign_tokenizer_is_refused(tmp_path: Path) -> None:
    tokens.Tokenizer(tokens.models.BPE()).save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(ValueError, match="endoftext"):
        Tokens(tmp_path / "tokenizer.json")
