"""Texts of two models in one folder are one error that names the file and the remedy."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path
from typing import Any

import pytest

from streamwer.errors import ModelError
from streamwer.models import checksums
from streamwer.models.vocabulary import check_tokenizer_files

REFERENCE = Path("models/reference")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The bundled model without its sums."""
    found = Path(shutil.copytree(REFERENCE, tmp_path / "model"))
    (found / "SHA256SUMS").unlink()
    return found


def read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def expect_refusal(folder: Path) -> str:
    with pytest.raises(ModelError) as error:
        checksums.check_model_files(folder)
    message = str(error.value)
    assert "\n" not in message
    assert message.endswith("take the files of one model, or fetch it again")
    return message


def test_the_texts_of_one_model_belong_together(folder: Path) -> None:
    checksums.check_model_files(folder)


def test_the_tokenizer_of_another_model_is_named(folder: Path) -> None:
    tokenizer = read(folder / "tokenizer.json")
    vocab = tokenizer["model"]["vocab"]
    one, other = [token for token, number in vocab.items() if number in (300, 301)]
    vocab[one], vocab[other] = vocab[other], vocab[one]
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    assert "tokenizer.json: it is another model's: token 300 is" in expect_refusal(folder)


def test_a_short_vocabulary_is_named(folder: Path) -> None:
    tokens = read(folder / "vocabulary.json")
    for length in (1000, len(tokens) - 1):
        (folder / "vocabulary.json").write_text(json.dumps(tokens[:length]), encoding="utf-8")
        assert "vocabulary.json: " in expect_refusal(folder)
        assert "cut short" in expect_refusal(folder)
    (folder / "vocabulary.json").unlink()
    (folder / "vocabulary.txt").write_text("\n".join(tokens[:100]), encoding="utf-8")
    assert "vocabulary.txt: it has 100 tokens and tokenizer.json 2277" in expect_refusal(folder)


def test_a_vocabulary_as_lines_is_the_same(folder: Path) -> None:
    """And a tokenizer may lack the tokens of times, as those of the English models do."""
    tokens = read(folder / "vocabulary.json")
    (folder / "vocabulary.json").unlink()
    (folder / "vocabulary.txt").write_text("\n".join(tokens) + "\n", encoding="utf-8")
    tokenizer = read(folder / "tokenizer.json")
    added = tokenizer["added_tokens"]
    tokenizer["added_tokens"] = [each for each in added if not each["content"].endswith("0|>")]
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    check_tokenizer_files(folder)


@pytest.mark.parametrize("content", ["{}", "[]", "null"])
def test_an_empty_config_is_named(folder: Path, content: str) -> None:
    (folder / "config.json").write_text(content)
    assert "config.json: it says nothing of the model" in expect_refusal(folder)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("tokenizer.json", "{}", "tokenizer.json: it is no tokenizer of Whisper"),
        ("vocabulary.json", "{}", "vocabulary.json: it is no list of tokens"),
        ("vocabulary.json", "", "vocabulary.json: the file is damaged"),
    ],
)
def test_what_is_none_of_them_is_named(folder: Path, name: str, content: str, reason: str) -> None:
    (folder / name).write_text(content)
    with pytest.raises(ModelError, match=reason):
        checksums.check_model_files(folder)


def test_a_model_without_a_vocabulary_is_named(folder: Path) -> None:
    (folder / "vocabulary.json").unlink()
    assert "it has no vocabulary.json or vocabulary.txt" in expect_refusal(folder)


def test_the_weights_of_another_model_are_named(folder: Path) -> None:
    weights = bytearray((folder / "model.bin").read_bytes())
    at = weights.index(b"decoder/embeddings/weight\0") + len(b"decoder/embeddings/weight\0") + 1
    (count,) = struct.unpack_from("<I", weights, at)
    struct.pack_into("<I", weights, at, count + 1)
    (folder / "model.bin").write_bytes(weights)
    assert f"model.bin: it has weights of {count + 1} tokens and vocabulary" in expect_refusal(
        folder
    )
