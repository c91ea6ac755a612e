"""The overrides that lead from the committed config to that of a run."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from streamwer.config.compose import compose_config, quote_value
from streamwer.config.conf_dir import find_conf_dir
from streamwer.config.params_file import PARAMS
from streamwer.errors import ConfigError

_IRRELEVANT = {"cluster", "cache", "gate", "watch", "compare"}
"""Keys that change no figure of a report, or follow from others."""
_LISTS = {"policy": "systems", "condition": "condition"}
"""Groups of which several files may be chosen, and the key that has them by name."""


def find_run_command(params: Path = PARAMS) -> str:
    """Return the command that makes a run with the settings of `params.yaml`."""
    wanted: Any = OmegaConf.to_container(OmegaConf.load(params))
    own_systems = not set(_list_files("policy")).issuperset(wanted.get("systems", ()))
    for experiment in _list_files("experiment") if own_systems else [""]:
        overrides = _find_overrides(wanted, [f"experiment={experiment}"] if experiment else [])
        if overrides is not None:
            options = "".join(f" -S {shlex.quote(each)}" for each in overrides)
            return f"dvc exp run{options}" if options else "make repro"
    return f"dvc repro  # with the {params.name} of this run"


def _find_overrides(wanted: Mapping[str, Any], chosen: list[str]) -> list[str] | None:
    """Find overrides that give the config, first of groups, then of values; None if none do."""
    try:
        composed = _compose(chosen)
        groups = list(_list_changed_groups(composed, wanted))
        composed = _compose([*chosen, *groups]) if groups else composed
        return [*chosen, *groups, *_list_changed_values(composed, wanted)]
    except (ConfigError, KeyError):  # such as a system that no file of a policy has
        return None


def _compose(overrides: list[str]) -> dict[str, Any]:
    composed: Any = OmegaConf.to_container(compose_config(overrides))
    return dict(composed)


def _list_changed_groups(composed: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    for group in sorted(path.name for path in find_conf_dir().iterdir() if path.is_dir()):
        known = set(_list_files(group))
        key = _LISTS.get(group, group)
        now, then = composed.get(key), wanted.get(key)
        if group in _LISTS and then and list(now or ()) != list(then) and known.issuperset(then):
            yield f"{group}=[{','.join(then)}]"
        elif isinstance(now, Mapping) and isinstance(then, Mapping) and group not in _IRRELEVANT:
            name = then.get("name")
            if name in known and name != now.get("name"):
                yield f"{group}={name}"


def _list_changed_values(
    composed: Mapping[str, Any], wanted: Mapping[str, Any], prefix: str = ""
) -> Iterator[str]:
    """Yield an override for each value; raises KeyError where one has keys that the other lacks."""
    for key in dict.fromkeys([*wanted, *composed]):
        if prefix or key not in _IRRELEVANT:
            value, now = wanted[key], composed[key]
            if isinstance(value, Mapping) and isinstance(now, Mapping):
                yield from _list_changed_values(now, value, f"{prefix}{key}.")
            elif value != now:
                yield f"{prefix}{key}={_format_value(value)}"


def _format_value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{key}:{_format_value(each)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_format_value, value))}]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    plain = isinstance(value, int | float) or value.replace("_", "a").replace("/", "a").isalnum()
    return str(value) if plain else quote_value(value)


def _list_files(group: str) -> list[str]:
    return sorted(path.stem for path in (find_conf_dir() / group).glob("*.yaml"))
