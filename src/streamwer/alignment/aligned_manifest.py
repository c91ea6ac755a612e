"""The prepared data set with its word times: the references that are scored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from streamwer.config.folders import ALIGNED, PREPARED
from streamwer.errors import DatasetError
from streamwer.formats import manifest
from streamwer.types import Reference


def read_aligned() -> tuple[Reference, ...]:
    """Read the references that are scored.

    Raises:
        DatasetError: the stage `align` has not run, or not on the data set that is prepared now.
    """
    return tuple(iterate_aligned())


def iterate_aligned() -> Iterator[Reference]:
    """Yield the references that are scored in order of their ids, without holding all of them.

    Raises:
        DatasetError: as `read_aligned`, when the recording is come to.
    """
    path = ALIGNED / manifest.MANIFEST_NAME
    if not path.is_file():
        raise DatasetError(f"{path}: not there; run `python -m pipeline.align`")
    pairs = zip_longest(
        manifest.iterate_manifest(PREPARED / manifest.MANIFEST_NAME),
        manifest.iterate_manifest(path),
    )
    for prepared, aligned in pairs:
        same = prepared and aligned and replace(prepared, words=()) == replace(aligned, words=())
        if not aligned or not same:
            raise DatasetError(f"{path}: of another data set; run `python -m pipeline.align`")
        yield aligned
