"""Axes of a sweep: the settings that differ between its points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

ABSENT = "–"
"""The value of a setting at a point whose policy or engine does not have it."""

_NAME, _POLICY = "name", "policy"


def flatten_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a nested config as `policy.chunk_s` → value; a group's name under `policy`."""
    values: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, Mapping):
            for inner, each in flatten_config(value).items():
                values[key if inner == _NAME else f"{key}.{inner}"] = each
        else:
            values[key] = value
    return values


def find_axes(configs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the settings that were varied, in the order of the config.

    A setting counts as varied where it differs between points that agree on the policy and on the
    choice it belongs to: two policies with a chunk or an engine of their own each vary the policy,
    not the chunk or the engine.

    Args:
        configs: of each point, flat.
    """
    keys = list(dict.fromkeys(key for config in configs for key in config))
    return [key for key in keys if _varies(key, configs)]


def format_axis_value(config: Mapping[str, Any], axis: str) -> str:
    """Return the value of a flat config on an axis, as text."""
    return format_override(config[axis]) if axis in config else ABSENT


def format_override(value: Any) -> str:
    """Return a value as an override of the config has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(format_override, value))}]"
    return "null" if value is None else str(value)


def _varies(key: str, configs: Sequence[Mapping[str, Any]]) -> bool:
    group = key.partition(".")[0]
    choices = dict.fromkeys(name for name in (_POLICY, group) if name != key)
    values: dict[tuple[str, ...], str] = {}
    for config in (config for config in configs if key in config):
        value = format_axis_value(config, key)
        chosen = tuple(format_axis_value(config, choice) for choice in choices)
        if values.setdefault(chosen, value) != value:
            return True
    return False
