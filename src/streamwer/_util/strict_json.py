"""Strict JSON: no duplicate key, no overlong number, no half surrogate pair."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

_MOST_DIGITS = 400
"""Digits of an integer: no float has more, and Python's own error at 4300 is unclear."""
_SURROGATE = re.compile(r"\\u[dD][89abAB]|\\u[dD][c-fC-F]")


def parse_json(text: str | bytes) -> Any:
    """Parse a JSON text.

    Raises:
        ValueError: it is not JSON, a key occurs twice, or a number has too many digits.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text, object_pairs_hook=_read_object, parse_int=_read_int)


def refuse_broken_text(text: str, parsed: object) -> None:
    """Refuse half a surrogate pair, which cannot be written as UTF-8.

    Args:
        text: the JSON text.
        parsed: its value.

    Raises:
        ValueError: there is one.
    """
    if _SURROGATE.search(text):
        try:
            json.dumps(parsed, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ValueError("it holds broken characters: half a surrogate pair") from error


def _read_object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:60]!r} is there twice")
    return record


def _read_int(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)
