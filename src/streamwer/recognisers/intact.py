"""Whether a model's files are what they were made as: a damaged one must not be measured.

CTranslate2 has no checksum of its weights: with a bit of them flipped a model loads, and hears
other words. So files are held to the sums that are told of them: in `SHA256SUMS` beside them (as
the program `sha256sum` writes it) or by the names that the hub's cache gives them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from streamwer import digests
from streamwer.errors import ModelError
from streamwer.recognisers.vocabulary import check_texts

SUMS = "SHA256SUMS"
_LINE = re.compile(r"^([0-9a-f]{64})[ ][ *](.+)$")
_JSON = ("config.json", "tokenizer.json", "preprocessor_config.json", "vocabulary.json")
_REMEDY = "fetch it again or restore it"


def check(folder: Path) -> None:
    """Look at every file of a model before it is loaded.

    Raises:
        ModelError: a file is damaged or missing; names it.
    """
    for file, expected in _expected(folder):
        if not file.is_file():
            raise ModelError(f"{file}: this file of the model is missing; {_REMEDY}")
        if digests.as_listed(file, len(expected)) != expected:
            raise ModelError(
                f"{file}: the file is damaged: its checksum is not the one that"
                f" {_told_by(folder)} gives; {_REMEDY}"
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


def _expected(folder: Path) -> Iterator[tuple[Path, str]]:
    """Files with the sum that each must have."""
    if (folder / SUMS).is_file():
        lines = map(_LINE.match, (folder / SUMS).read_text(encoding="utf-8").splitlines())
        yield from ((folder / line[2], line[1]) for line in lines if line)
        return
    for file in sorted(folder.glob("*")):
        name = file.resolve().name if file.is_symlink() else ""
        if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", name):
            yield file, name


def _told_by(folder: Path) -> str:
    return SUMS if (folder / SUMS).is_file() else "the hub"


def _readable(file: Path) -> None:
    """JSON, if it is there; faster-whisper takes defaults for a part that it cannot read."""
    if not file.is_file():
        return
    try:
        json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{file}: the file is damaged ({error}); {_REMEDY}") from error
