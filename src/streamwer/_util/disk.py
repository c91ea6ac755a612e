"""Atomic file writes, with a clear error where the disk refuses them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from streamwer._util import processes
from streamwer.errors import DiskError


@contextmanager
def explain_write_errors(path: Path, remedy: str) -> Iterator[None]:
    """Turn an error of writing `path` within the block into a DiskError that names it.

    Args:
        path: the file or folder that is written.
        remedy: what the user can do.

    Raises:
        DiskError: the disk is full, a quota is used up, or the path cannot be written.
    """
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise DiskError(f"{path}: cannot be written ({reason}); {remedy}") from error


@contextmanager
def explain_scratch_errors() -> Iterator[None]:
    """Turn an error of writing a temporary file within the block into a DiskError.

    Raises:
        DiskError: the disk is full, a quota is used up, or the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise DiskError(
            f"{tempfile.tempdir or 'temporary files'}: cannot be written ({error.strerror});"
            " make room there, or set TMPDIR to a folder that has room"
        ) from error


def replace_file(path: Path, contents: bytes, partial: Path | None = None) -> None:
    """Replace a file atomically: write a temporary file, then rename it.

    There is no fsync: after a power cut the file may be empty or short, so its reader must check.

    Args:
        path: the file.
        contents: what it shall hold.
        partial: the temporary file, on the same file system; by default in the same folder.
    """
    partial = partial or path.with_name(f".{path.name}.{processes.get_process_name()}.partial")
    try:
        with partial.open("wb", buffering=0) as file:
            write_all(file.fileno(), contents)
        partial.replace(path)
    except BaseException:
        with suppress(OSError):  # a partial file takes room on a full disk too
            partial.unlink()
        raise


def write_all(file: int, contents: bytes) -> None:
    """Write all of `contents` to an open file, in several system calls if need be.

    Raises:
        OSError: a part may have been written.
    """
    view = memoryview(contents)
    while view:
        view = view[os.write(file, view) :]
