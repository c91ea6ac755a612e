"""Check that the config, tokenizer, vocabulary and weights of a model belong together.

CTranslate2 and faster-whisper do not. With the files of another model they output other words, or
fail with an error that names no file.
"""

from __future__ import annotations

import json
import os
import re
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from streamwer.errors import ModelError

_FIRST, _LAST = "<|0.00|>", "<|30.00|>"
_TIME = re.compile(r"<\|\d+\.\d\d\|>")
_FORMAT = 6
"""Version of CTranslate2's format of weights."""
_EMBEDDINGS = b"decoder/embeddings/weight"
_REMEDY = "take the files of one model, or fetch it again"


def check_tokenizer_files(folder: Path) -> None:
    """Check that the config, tokenizer, vocabulary and weights of a model belong together.

    Args:
        folder: of the model; its JSON files have been parsed before.

    Raises:
        ModelError: they do not; it names the file and the remedy.
    """
    config = _load(folder / "config.json")
    if not isinstance(config, dict) or not config:
        raise ModelError(f"{folder / 'config.json'}: it says nothing of the model; {_REMEDY}")
    file = next((each for each in sorted(folder.glob("vocabulary.*")) if each.is_file()), None)
    if file is None:
        raise ModelError(f"{folder}: it has no vocabulary.json or vocabulary.txt; {_REMEDY}")
    tokens = _read_tokens(file)
    if _FIRST in tokens and _LAST not in tokens:
        raise ModelError(f"{file}: cut short: it ends before the token {_LAST}; {_REMEDY}")
    tokenizer = folder / "tokenizer.json"
    if tokenizer.is_file():
        _check_same_model(tokenizer, file, tokens)
    _check_weights(folder / "model.bin", file, tokens)


def _check_weights(weights: Path, vocabulary: Path, tokens: Sequence[str]) -> None:
    count = _count_embeddings(weights) if weights.is_file() else None
    if count not in (None, len(tokens)):
        raise ModelError(
            f"{weights}: it has weights of {count} tokens and {vocabulary.name} has {len(tokens)}:"
            f" one of them is another model's; {_REMEDY}"
        )


def _count_embeddings(weights: Path) -> int | None:
    """Count the tokens of CTranslate2's weights; None where the file does not tell.

    After names of the format, and a count, come the variables: name, shape, type, bytes.
    """
    with weights.open("rb") as file, suppress(struct.error):
        (version,) = _unpack(file, "I")
        _read_name(file)
        _, variables = _unpack(file, "2I")
        for _ in range(variables if version == _FORMAT else 0):
            name = _read_name(file)
            shape = _unpack(file, f"{_unpack(file, 'B')[0]}I")
            _, size = _unpack(file, "BI")
            if name == _EMBEDDINGS:
                return int(shape[0]) if shape else None
            file.seek(size, os.SEEK_CUR)
    return None


def _read_name(file: IO[bytes]) -> bytes:
    return file.read(*_unpack(file, "H")).removesuffix(b"\0")


def _unpack(file: IO[bytes], shape: str) -> tuple[Any, ...]:
    return struct.unpack(f"<{shape}", file.read(struct.calcsize(f"<{shape}")))


def _check_same_model(tokenizer: Path, vocabulary: Path, tokens: Sequence[str]) -> None:
    known = _read_ids(tokenizer)
    last = max(known, default=-1)
    if last >= len(tokens):
        raise ModelError(
            f"{vocabulary}: it has {len(tokens)} tokens and {tokenizer.name} {last + 1}:"
            f" it is cut short, or one of them is another model's; {_REMEDY}"
        )
    for at, token in enumerate(tokens):
        if known.get(at, token if _TIME.fullmatch(token) else None) != token:
            raise ModelError(
                f"{tokenizer}: it is another model's: token {at} is {known.get(at)!r} there and"
                f" {token!r} in {vocabulary.name}; {_REMEDY}"
            )


def _read_tokens(file: Path) -> list[str]:
    if file.suffix == ".json":
        tokens = _load(file)
        if isinstance(tokens, list) and all(isinstance(each, str) for each in tokens):
            return tokens
        raise ModelError(f"{file}: it is no list of tokens; {_REMEDY}")
    try:
        return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise ModelError(f"{file}: the file is damaged ({error.reason}); {_REMEDY}") from error


def _read_ids(tokenizer: Path) -> Mapping[int, str]:
    """Read the tokens by id."""
    content = _load(tokenizer)
    try:
        tokens = {number: token for token, number in content["model"]["vocab"].items()}
        return tokens | {each["id"]: each["content"] for each in content["added_tokens"]}
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{tokenizer}: it is no tokenizer of Whisper; {_REMEDY}") from error


def _load(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
