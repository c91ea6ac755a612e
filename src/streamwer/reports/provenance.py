"""What identifies a run, flattened for reading, and without paths of the machine it ran on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from streamwer.reports.comparison import Comparison, System
from streamwer.text.normalise import Normaliser, normaliser

_COMMANDS = "reproduce"
"""Key of the provenance that holds the command that reproduces the run, or a list of them."""


def commands(comparison: Comparison) -> list[str]:
    """The commands that reproduce the run, in order."""
    found = comparison.provenance.get(_COMMANDS, [])
    return [found] if isinstance(found, str) else [str(command) for command in found]


def facts(comparison: Comparison) -> list[tuple[str, str]]:
    """Everything else that identifies the run, as dotted keys and values."""
    return [fact for fact in _flat(comparison.provenance) if fact[0].split(".")[0] != _COMMANDS]


def confidence(comparison: Comparison) -> str:
    """Name of the intervals, e.g. "95 %"."""
    return f"{100 * float(comparison.provenance.get('confidence', 0.95)):g}\u00a0%"


def scoring_normaliser(comparison: Comparison) -> Normaliser:
    """The normaliser the scores were made with, from its signature "name@version"."""
    signature = str(comparison.provenance.get("normaliser", "none"))
    return normaliser(signature.partition("@")[0])


def config_rows(systems: Sequence[System]) -> list[tuple[str, list[str], bool]]:
    """Each config key with its value per system, and whether the systems differ in it."""
    flat = [dict(_flat(system.config)) for system in systems]
    keys = dict.fromkeys(key for values in flat for key in values)
    rows = [(key, [values.get(key, "") for values in flat]) for key in keys]
    return [(key, values, len(set(values)) > 1) for key, values in rows]


def policy(system: System) -> str:
    """Name of the system's policy; "" if the config does not say."""
    chosen = system.config.get("policy", "")
    return str(chosen.get("name", "") if isinstance(chosen, Mapping) else chosen)


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", _text(value)


def _text(value: object) -> str:
    if isinstance(value, str):
        return f"…/{PurePath(value).name}" if PurePath(value).is_absolute() else value
    if isinstance(value, Sequence):
        return ", ".join(_text(item) for item in value)
    return "none" if value is None else str(value)
