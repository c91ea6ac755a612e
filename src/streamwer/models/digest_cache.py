"""SHA-256 of large files, taken once for as long as they are not touched.

A gigabyte takes a second, at every start of every worker. A note is kept per file in the user's
cache folder, under all that a change of the file would change too.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from streamwer.provenance import digests

_LARGE = 32 * 2**20  # bytes: a smaller file is read in no time
_DIGEST = re.compile(r"[0-9a-f]{64}")


def digest(file: Path) -> str:
    """Take the SHA-256 of a file, or look it up where the file is as it was then.

    Raises:
        OSError: the file cannot be read.
    """
    if file.stat().st_size < _LARGE:
        return digests.of_file(file)
    note = _folder() / _key(file)
    with suppress(OSError, UnicodeDecodeError):
        known = note.read_text(encoding="ascii")
        if _DIGEST.fullmatch(known):
            return known
    taken = digests.of_file(file)
    with suppress(OSError):  # a home that cannot be written to only costs the time
        _write(note, taken)
    return taken


def _folder() -> Path:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "streamwer" / "digests"


def _key(file: Path) -> str:
    """Of where a file is, how large, and when it and its entry in the file system were changed."""
    real = file.resolve()
    status = real.stat()
    facts = (real, status.st_dev, status.st_ino, status.st_size)
    times = (status.st_mtime_ns, status.st_ctime_ns)
    return hashlib.sha256(repr((*map(str, facts), *times)).encode()).hexdigest()


def _write(note: Path, text: str) -> None:
    """In one piece: several workers begin at once."""
    note.parent.mkdir(parents=True, exist_ok=True)
    part = note.with_suffix(f".{os.getpid()}.partial")
    part.write_text(text, encoding="ascii")
    part.replace(note)
