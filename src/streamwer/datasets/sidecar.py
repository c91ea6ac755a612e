"""Facts kept as JSON beside a manifest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from streamwer.errors import DatasetError

T = TypeVar("T")


def write(path: Path, record: dict[str, Any]) -> None:
    """Write a record; the same one gives the same bytes."""
    path.write_text(f"{json.dumps(record, indent=1, ensure_ascii=False)}\n", encoding="utf-8")


def read(path: Path, made: Callable[[Any], T]) -> T | None:
    """What `made` makes of the record; None where none was kept.

    Raises:
        DatasetError: the file is not as `write` leaves it.
    """
    if not path.is_file():
        return None
    try:
        return made(json.loads(path.read_bytes()))
    except (ValueError, TypeError, KeyError) as error:
        raise DatasetError(f"{path}: not readable ({error}); prepare the data set again") from error
