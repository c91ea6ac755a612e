"""Replace a prepared data set as a whole, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streamwer.datasets import manifest
from streamwer.errors import DatasetError


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A new folder beside `out` that takes its place if the block ends without an error.

    Raises:
        DatasetError: `out` is a file, or a folder that holds something else than a prepared data
            set, which must not be deleted.
    """
    if out.exists() and not _replaceable(out):
        raise DatasetError(f"{out}: holds something else than a prepared data set; remove it first")
    partial, former = (out.with_name(f".{out.name}.{end}") for end in ("partial", "former"))
    for left_behind in (partial, former):
        shutil.rmtree(left_behind, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        if out.exists():
            out.rename(former)
        partial.rename(out)
    finally:
        if former.exists() and not out.exists():
            former.rename(out)
        for left_behind in (partial, former):
            shutil.rmtree(left_behind, ignore_errors=True)


def _replaceable(out: Path) -> bool:
    return out.is_dir() and ((out / manifest.NAME).is_file() or not any(out.iterdir()))
