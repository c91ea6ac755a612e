"""What varies between the points of a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

ABSENT = "–"
"""The value of a setting at a point whose policy or engine does not have it."""

_NAME = "name"


def flat(config: Mapping[str, Any]) -> dict[str, Any]:
    """A nested config as `policy.chunk_s` → value; a group's own name stands under `policy`."""
    found: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, Mapping):
            for inner, each in flat(value).items():
                found[key if inner == _NAME else f"{key}.{inner}"] = each
        else:
            found[key] = value
    return found


def axes(configs: Sequence[Mapping[str, Any]]) -> list[str]:
    """The settings that were varied, in the order of the config.

    A setting counts as varied where it differs between points that agree on the choice it belongs
    to: two policies with a chunk of their own each vary the policy, not the chunk.

    Args:
        configs: of each point, flat.
    """
    keys = list(dict.fromkeys(key for config in configs for key in config))
    return [key for key in keys if _varies(key, configs)]


def level(config: Mapping[str, Any], axis: str) -> str:
    """The value of a flat config on an axis, as it is written."""
    return written(config[axis]) if axis in config else ABSENT


def written(value: Any) -> str:
    """A value as one would write it in an override."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(written, value))}]"
    return "null" if value is None else str(value)


def _varies(key: str, configs: Sequence[Mapping[str, Any]]) -> bool:
    group = key.partition(".")[0]
    seen: dict[str, str] = {}
    for config in configs:
        if key in config:
            choice = "" if key == group else level(config, group)
            if seen.setdefault(choice, level(config, key)) != level(config, key):
                return True
    return False
