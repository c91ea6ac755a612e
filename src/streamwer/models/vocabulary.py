"""Check that the config, tokenizer and vocabulary of a model belong together.

CTranslate2 and faster-whisper do not. With the files of another model they output other words, or
fail with an error that names no file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from streamwer.errors import ModelError

_FIRST, _LAST = "<|0.00|>", "<|30.00|>"
_TIME = re.compile(r"<\|\d+\.\d\d\|>")
_REMEDY = "take the files of one model, or fetch it again"


def check_tokenizer_files(folder: Path) -> None:
    """Check that the config, tokenizer and vocabulary of a model belong together.

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
