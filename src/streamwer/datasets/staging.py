"""Replace a prepared data set as a whole, or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streamwer.errors import DatasetError, DiskError
from streamwer.formats import manifest

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
_REMEDY = "make room on its disk, or see that its folder can be written, and prepare again"


@contextmanager
def replace_folder(out: Path) -> Iterator[Path]:
    """Yield a new folder that replaces `out` if the block ends without an error.

    Raises:
        DatasetError: `out` is a file, or a folder that holds something else than a prepared data
            set, which must not be deleted.
        DiskError: there is no room for the new folder, or it may not be written there.
    """
    if out.exists() and not _is_replaceable(out):
        raise DatasetError(f"{out}: holds something else than a prepared data set; remove it first")
    partial, former = (out.with_name(f".{out.name}.{end}") for end in ("partial", "former"))
    try:
        with _replace_on_success(out, partial, former):
            yield partial
    except OSError as error:
        if not _concerns(error, (partial, former, out)):
            raise
        why = error.strerror or error
        raise DiskError(f"{out}: cannot be written ({why}); {_REMEDY}") from error


@contextmanager
def _replace_on_success(out: Path, partial: Path, former: Path) -> Iterator[None]:
    for leftover in (partial, former):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        yield
        if out.exists():
            out.rename(former)
        partial.rename(out)
    finally:
        if former.exists() and not out.exists():
            former.rename(out)
        for leftover in (partial, former):
            shutil.rmtree(leftover, ignore_errors=True)


def _concerns(error: OSError, folders: tuple[Path, ...]) -> bool:
    """Whether an error is about what is written: what a block reads may fail, too."""
    if error.errno in _FULL:
        return True
    named = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else None
    return named is not None and any(
        named.is_relative_to(folder) or folder.is_relative_to(named) for folder in folders
    )


def _is_replaceable(out: Path) -> bool:
    return out.is_dir() and ((out / manifest.MANIFEST_NAME).is_file() or not any(out.iterdir()))
