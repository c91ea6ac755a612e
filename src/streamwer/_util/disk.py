"""Files written whole or not at all, and one clear line where that is not possible."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from streamwer._util import processes
from streamwer.errors import DiskError


@contextmanager
def writing(path: Path, remedy: str) -> Iterator[None]:
    """Within the block `path` is written: an error of the system becomes one line that names it.

    Raises:
        DiskError: the disk is full, a quota is used up, or the path cannot be written.
    """
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise DiskError(f"{path}: cannot be written ({why}); {remedy}") from error


@contextmanager
def scratch() -> Iterator[None]:
    """Within the block a temporary file is made or written.

    Raises:
        DiskError: as `writing`.
    """
    try:
        yield
    except OSError as error:
        raise DiskError(
            f"{tempfile.tempdir or 'temporary files'}: cannot be written ({error.strerror});"
            " make room there, or set TMPDIR to a folder that has room"
        ) from error


def replace(path: Path, contents: bytes, beside: Path | None = None) -> None:
    """Write a file that is never seen half: beside its place first, then moved there.

    It is not waited for until it has reached the disk: a process that is killed loses nothing by
    that; after a power cut a file may be empty or short, so whoever reads it has to check.

    Args:
        beside: where it is written first, on the same file system; by default in its own folder.
    """
    beside = beside or path.with_name(f".{path.name}.{processes.name()}.partial")
    try:
        with beside.open("wb", buffering=0) as file:
            write(file.fileno(), contents)
        beside.replace(path)
    except BaseException:
        with suppress(OSError):  # also what was begun takes room on a full disk
            beside.unlink()
        raise


def write(file: int, contents: bytes) -> None:
    """Write all of it to an open file: the system may write less at once.

    Raises:
        OSError: it cannot be written; a part of it may be.
    """
    view = memoryview(contents)
    while view:
        view = view[os.write(file, view) :]
