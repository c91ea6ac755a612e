"""Files that are written in one piece or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from streamwer._util import disk, processes
from streamwer.errors import StreamwerError
from streamwer.formats.captions.writing import STDOUT


def check_writable(path: Path) -> None:
    """Check that the file can be written, without touching what is there.

    Raises:
        StreamwerError: it cannot.
    """
    if path == STDOUT:
        return
    if path.is_dir():
        raise _refuse_output(path, "it is a folder")
    if path.exists() and not os.access(path, os.W_OK):
        raise _refuse_output(path, "no permission")
    if _is_special(path):
        return
    try:
        _get_scratch_path(path).touch()
        _get_scratch_path(path).unlink()
    except OSError as error:
        raise _refuse_output(path, error.strerror) from error


def check_folder_writable(path: Path) -> None:
    """Check that files can be written to a folder, which need not be there yet.

    Raises:
        StreamwerError: they cannot.
    """
    there = next(each for each in (path, *path.absolute().parents) if each.exists())
    if not there.is_dir():
        raise _refuse_output(path, f"{there} is no folder")
    if not os.access(there, os.W_OK):
        raise _refuse_output(path, "no permission")


def write_whole(path: Path, text: str) -> None:
    """Write a text, replacing the whole file at once; `-` is standard output.

    Raises:
        StreamwerError: the disk is full, or the folder has gone.
    """
    data = text.encode("utf-8", "replace")
    if path == STDOUT:
        sys.stdout.write(data.decode())
        return
    try:
        if _is_special(path):
            path.write_bytes(data)
        else:
            disk.replace_file(path.resolve(), data, _get_scratch_path(path))
    except OSError as error:
        raise _refuse_output(path, error.strerror) from error


def _is_special(path: Path) -> bool:
    """Tell whether it is a device or a pipe, which is written to and never replaced."""
    return path.exists() and not path.is_file()


def _get_scratch_path(path: Path) -> Path:
    whole = path.resolve()  # a link stays a link: the file behind it is replaced
    return whole.with_name(f".{whole.name}.{processes.get_process_name()}")


def _refuse_output(path: Path, reason: str | None) -> StreamwerError:
    return StreamwerError(f"--output {path}: cannot be written ({reason})")
