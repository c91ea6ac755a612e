"""The digests of a log's files, beside them in `digests.json`: a flipped bit is never other data.

Parquet's own checksums leave out its page headers and its footer, where a bit makes other data as
well. Logs of earlier versions have no such file, and are read without.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from streamwer.errors import LogError
from streamwer.provenance import digests

NAME = "digests.json"
FILES = ("events.parquet", "measured.parquet", "failures.parquet")
AGAIN = "run the `stream` stage again"


def write_seal(path: Path, files: Mapping[str, Path]) -> None:
    """Write the digests of files, by the names that they will have."""
    found = {name: digests.of_file(file) for name, file in files.items()}
    path.write_text(f"{json.dumps(found, indent=1)}\n", encoding="utf-8")


def check_seal(folder: Path) -> None:
    """Refuse a log of which a file is missing, or is not what was written.

    Raises:
        LogError: names the file.
    """
    _check_there(folder)
    known = _read(folder / NAME)
    for name, digest in known.items():
        if _digest(folder / name) != digest:
            raise LogError(
                f"{folder / name}: damaged, or not of the same run as the files beside it; {AGAIN}"
            )


def _check_there(folder: Path) -> None:
    missing = [name for name in FILES if not (folder / name).is_file()]
    if len(missing) == len(FILES):
        raise LogError(f"{folder / FILES[0]}: no such event log; run the `stream` stage first")
    if missing:
        raise LogError(f"{folder / missing[0]}: missing from the event log; {AGAIN}")


def _read(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_bytes())
        if set(found) == set(FILES):
            return {name: str(digest) for name, digest in found.items()}
    except (ValueError, TypeError):
        pass
    raise LogError(f"{path}: damaged; {AGAIN}")


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise LogError(f"{path}: cannot be read ({error.strerror})") from error
