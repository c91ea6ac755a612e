"""A cache of the SHA-256 of large files.

A gigabyte takes a second, at every start of every worker. The user's cache folder holds an entry
per file, whose key changes with the file.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from streamwer._util import disk
from streamwer.provenance import digests

_LARGE = 32 * 2**20  # bytes: smaller files are digested each time
_DIGEST = re.compile(r"[0-9a-f]{64}")


def digest_cached_file(file: Path) -> str:
    """Return the SHA-256 of a file, from the cache if the file has not changed.

    Raises:
        OSError: the file cannot be read.
    """
    if file.stat().st_size < _LARGE:
        return digests.digest_file(file)
    entry = _find_cache_folder() / _make_key(file)
    with suppress(OSError, UnicodeDecodeError):
        known = entry.read_text(encoding="ascii")
        if _DIGEST.fullmatch(known):
            return known
    digest = digests.digest_file(file)
    with suppress(OSError):  # a read-only home only costs time
        entry.parent.mkdir(parents=True, exist_ok=True)
        disk.replace_file(entry, digest.encode())  # several workers start at once
    return digest


def _find_cache_folder() -> Path:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "streamwer" / "digests"


def _make_key(file: Path) -> str:
    """Make a key of the path, size and change times of a file."""
    real = file.resolve()
    status = real.stat()
    facts = (real, status.st_dev, status.st_ino, status.st_size)
    times = (status.st_mtime_ns, status.st_ctime_ns)
    return hashlib.sha256(repr((*map(str, facts), *times)).encode()).hexdigest()
