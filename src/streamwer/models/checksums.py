"""Whether a model's files are what they were made as: a damaged one must not be measured.

CTranslate2 has no checksum of its weights: with a bit of them flipped a model loads, and hears
other words. So files are held to the sums that are given for them: by `model.sha256`, wherever they
come from; in `SHA256SUMS` beside them (as the program `sha256sum` writes it); and by the names that
the hub's cache gives them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from streamwer.errors import ModelError
from streamwer.models.digest_cache import digest
from streamwer.models.vocabulary import check_texts
from streamwer.provenance import digests

SUMS = "SHA256SUMS"
_LINE = re.compile(r"^([0-9a-f]{64})[ ][ *](.+)$")
_JSON = ("config.json", "tokenizer.json", "preprocessor_config.json", "vocabulary.json")
_WEIGHTS = "model.bin"
_GIT_DIGITS = 40
_REMEDY = "delete it and fetch it again, or restore it"
_OTHER_REMEDY = f"{_REMEDY}; for a model of your own set model.sha256=null"


def check(folder: Path, sha256: str | None = None) -> None:
    """Look at every file of a model before it is loaded.

    Args:
        folder: of the model.
        sha256: of its `model.bin`, where `conf/model` gives it.

    Raises:
        ModelError: a file is damaged, missing, or another model's; names it.
    """
    for claim in _claims(folder, sha256):
        if not claim.file.is_file():
            raise ModelError(f"{claim.file}: this file of the model is missing; {_REMEDY}")
        found = _take(claim)
        if found != claim.digest:
            raise ModelError(
                f"{claim.file}: the file is damaged or another model's: its checksum is {found},"
                f" {claim.source} gives {claim.digest}; {claim.remedy}"
            )
    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder}: not a CTranslate2 Whisper model, it has no config.json")
    for file in (folder / name for name in _JSON):
        _readable(file)
    check_texts(folder)


def seal(folder: Path, names: Iterable[str]) -> None:
    """Write the sums of files in a folder beside them."""
    lines = (f"{digests.of_file(folder / name)}  {name}\n" for name in sorted(names))
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


class _Claim(NamedTuple):
    """What somebody says of a file: its digest, and what to do where it has another."""

    file: Path
    digest: str
    source: str
    remedy: str = _REMEDY


def _claims(folder: Path, sha256: str | None) -> Iterator[_Claim]:
    if sha256:
        yield _Claim(folder / _WEIGHTS, sha256.lower(), "model.sha256", _OTHER_REMEDY)
    if (folder / SUMS).is_file():
        lines = map(_LINE.match, (folder / SUMS).read_text(encoding="utf-8").splitlines())
        yield from (_Claim(folder / line[2], line[1], SUMS) for line in lines if line)
        return
    for file in sorted(folder.glob("*")):
        name = file.resolve().name if file.is_symlink() else ""
        if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", name):
            yield _Claim(file, name, "the hub")


def _take(claim: _Claim) -> str:
    """The digest that the file has, in the form in which it was given."""
    whole = len(claim.digest) != _GIT_DIGITS
    return digest(claim.file) if whole else digests.as_listed(claim.file, _GIT_DIGITS)


def _readable(file: Path) -> None:
    """JSON, if it is there; faster-whisper takes defaults for a part that it cannot read."""
    if not file.is_file():
        return
    try:
        json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{file}: the file is damaged ({error}); {_REMEDY}") from error
