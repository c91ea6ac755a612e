"""Checks of a model's files against their digests.

CTranslate2 has no checksum of its weights: a model with a flipped bit loads, and outputs other
words. The expected digests come from `model.sha256`, from the file `SHA256SUMS` beside the weights
(as the program `sha256sum` writes it), and from the file names in the hub's cache.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from streamwer.errors import ModelError
from streamwer.models.digest_cache import digest_cached_file
from streamwer.models.vocabulary import check_tokenizer_files
from streamwer.provenance import digests

CHECKSUM_FILE = "SHA256SUMS"
_LINE = re.compile(r"^([0-9a-f]{64})[ ][ *](.+)$")
_JSON = ("config.json", "tokenizer.json", "preprocessor_config.json", "vocabulary.json")
_WEIGHTS = "model.bin"
_REMEDY = "delete it and fetch it again, or restore it"
_OTHER_REMEDY = f"{_REMEDY}; for a model of your own set model.sha256=null"


def check_model_files(folder: Path, sha256: str | None = None) -> None:
    """Check the files of a model before it is loaded.

    Args:
        folder: of the model.
        sha256: of its `model.bin`, if `conf/model` has it.

    Raises:
        ModelError: a file is damaged, missing, or another model's; it names the file.
    """
    for expected in _find_expected_digests(folder, sha256):
        if not expected.file.is_file():
            raise ModelError(f"{expected.file}: this file of the model is missing; {_REMEDY}")
        actual = _digest_like(expected)
        if actual != expected.digest:
            raise ModelError(
                f"{expected.file}: the file is damaged or another model's: its checksum is"
                f" {actual}, {expected.source} gives {expected.digest}; {expected.remedy}"
            )
    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder}: not a CTranslate2 Whisper model, it has no config.json")
    for file in (folder / name for name in _JSON):
        _check_json(file)
    check_tokenizer_files(folder)


def write_checksums(folder: Path, names: Iterable[str]) -> None:
    """Write the SHA-256 of files into `SHA256SUMS` beside them."""
    lines = (f"{digests.digest_file(folder / name)}  {name}\n" for name in sorted(names))
    (folder / CHECKSUM_FILE).write_text("".join(lines), encoding="utf-8")


class _ExpectedDigest(NamedTuple):
    """The expected digest of a file, who gives it, and the remedy if the file differs."""

    file: Path
    digest: str
    source: str
    remedy: str = _REMEDY


def _find_expected_digests(folder: Path, sha256: str | None) -> Iterator[_ExpectedDigest]:
    if sha256:
        yield _ExpectedDigest(folder / _WEIGHTS, sha256.lower(), "model.sha256", _OTHER_REMEDY)
    if (folder / CHECKSUM_FILE).is_file():
        lines = map(_LINE.match, (folder / CHECKSUM_FILE).read_text(encoding="utf-8").splitlines())
        yield from (
            _ExpectedDigest(folder / line[2], line[1], CHECKSUM_FILE) for line in lines if line
        )
        return
    for file in sorted(folder.glob("*")):
        name = file.resolve().name if file.is_symlink() else ""
        if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", name):
            yield _ExpectedDigest(file, name, "the hub")


def _digest_like(expected: _ExpectedDigest) -> str:
    """Digest the file in the form of the expected digest."""
    if len(expected.digest) == digests.GIT_DIGITS:
        return digests.digest_as_hub(expected.file, digests.GIT_DIGITS)
    return digest_cached_file(expected.file)


def _check_json(file: Path) -> None:
    """Refuse broken JSON, for which faster-whisper would quietly use defaults."""
    if not file.is_file():
        return
    try:
        json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{file}: the file is damaged ({error}); {_REMEDY}") from error
