"""Choices of the config in one word each, as signatures and reports name them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from streamwer.provenance import digests
from streamwer.provenance.signature import measures_hardware


def format_choice(values: Mapping[str, Any]) -> str:
    """Format a choice of the config in one word: "local_agreement(agreement=2,chunk_s=1,…)"."""
    keys = sorted(key for key in values if key != "name" and values[key] is not None)
    settings = ",".join(f"{key}={_format_value(values[key])}" for key in keys)
    return f"{values['name']}({settings})" if settings else str(values["name"])


def format_clock(values: Mapping[str, Any]) -> str:
    """Format a clock in one word; one that measures has no values, whatever profile it has."""
    name = str(values["name"])
    return name if measures_hardware(name) or name == "unaware" else format_choice(values)


def _format_value(value: object) -> str:
    if isinstance(value, Mapping):  # a whole file: its name for people, a digest for the rest
        return f"{value.get('name', '')}@{digests.digest_text(json.dumps(value, sort_keys=True))}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_format_value, value))}]"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
