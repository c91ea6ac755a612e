"""Digests of a log's files in `digests.json`, so that a flipped bit is found.

Parquet's own checksums leave out its page headers and its footer. Logs of earlier versions have no
such file, and are read without.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from streamwer.errors import LogError
from streamwer.provenance import digests

DIGEST_FILE = "digests.json"
LOG_FILES = ("events.parquet", "measured.parquet", "failures.parquet")
RERUN_HINT = "run the `stream` stage again"


def write_seal(path: Path, files: Mapping[str, Path]) -> None:
    """Write the digests of files, by their final names."""
    by_name = {name: digests.digest_file(file) for name, file in files.items()}
    path.write_text(f"{json.dumps(by_name, indent=1)}\n", encoding="utf-8")


def check_seal(folder: Path) -> None:
    """Refuse a log of which a file is missing or damaged.

    Raises:
        LogError: it names the file.
    """
    missing = [name for name in LOG_FILES if not (folder / name).is_file()]
    if len(missing) == len(LOG_FILES):
        raise LogError(f"{folder / LOG_FILES[0]}: no such event log; run the `stream` stage first")
    if missing:
        raise LogError(f"{folder / missing[0]}: missing from the event log; {RERUN_HINT}")
    known = _read_seal(folder / DIGEST_FILE)
    for name, digest in known.items():
        if _digest_log_file(folder / name) != digest:
            raise LogError(
                f"{folder / name}: damaged, or not of the same run as the other files; {RERUN_HINT}"
            )


def _read_seal(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        by_name = json.loads(path.read_bytes())
        if set(by_name) == set(LOG_FILES):
            return {name: str(digest) for name, digest in by_name.items()}
    except (ValueError, TypeError):
        pass
    raise LogError(f"{path}: damaged; {RERUN_HINT}")


def _digest_log_file(path: Path) -> str:
    try:
        return digests.digest_file(path)
    except OSError as error:
        raise LogError(f"{path}: cannot be read ({error.strerror})") from error
