"""JSON files beside the manifest of a prepared data set."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from streamwer.errors import DatasetError

T = TypeVar("T")


def write_sidecar(path: Path, record: dict[str, Any]) -> None:
    """Write a record; the same one gives the same bytes."""
    path.write_text(f"{json.dumps(record, indent=1, ensure_ascii=False)}\n", encoding="utf-8")


def read_sidecar(path: Path, parse: Callable[[Any], T]) -> T | None:
    """Read a record; None where there is no file.

    Args:
        path: of the file.
        parse: makes a record of its JSON.

    Raises:
        DatasetError: the file is not as `write_sidecar` leaves it.
    """
    if not path.is_file():
        return None
    try:
        return parse(json.loads(path.read_bytes()))
    except (ValueError, TypeError, KeyError) as error:
        raise DatasetError(f"{path}: not readable ({error}); prepare the data set again") from error
