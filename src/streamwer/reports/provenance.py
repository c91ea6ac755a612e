"""The facts that identify a run, flattened for reading and without paths of the machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from streamwer.reports.comparison import Comparison, System
from streamwer.text.normalise import Normaliser, get_normaliser

_COMMANDS = "reproduce"
"""Key of the provenance that holds the command that reproduces the run, or a list of them."""


def list_commands(comparison: Comparison) -> list[str]:
    """List the commands that reproduce the run, in order."""
    commands = comparison.provenance.get(_COMMANDS, [])
    return [commands] if isinstance(commands, str) else [str(command) for command in commands]


def list_facts(comparison: Comparison) -> list[tuple[str, str]]:
    """List everything else that identifies the run, as dotted keys and values."""
    return [fact for fact in _flatten(comparison.provenance) if fact[0].split(".")[0] != _COMMANDS]


def list_signatures(comparison: Comparison) -> list[tuple[str, str]]:
    """List the signature of each system that has one, by its name."""
    return [(s.summary.name, s.signature.to_line()) for s in comparison.systems if s.signature]


def format_confidence(comparison: Comparison) -> str:
    """Format the confidence level of the intervals, such as "95 %"."""
    return f"{100 * float(comparison.provenance.get('confidence', 0.95)):g}\u00a0%"


def find_normaliser(comparison: Comparison) -> Normaliser:
    """Return the normaliser of the scores, from its signature "name@version"."""
    signature = str(comparison.provenance.get("normaliser", "none"))
    return get_normaliser(signature.partition("@")[0])


def compare_configs(systems: Sequence[System]) -> list[tuple[str, list[str], bool]]:
    """List each config key with its value per system, and whether the systems differ in it."""
    flat = [dict(_flatten(system.config)) for system in systems]
    keys = dict.fromkeys(key for values in flat for key in values)
    rows = [(key, [values.get(key, "") for values in flat]) for key in keys]
    return [(key, values, len(set(values)) > 1) for key, values in rows]


def get_policy_name(system: System) -> str:
    """Return the name of the system's policy; "" if the config has none."""
    chosen = system.config.get("policy", "")
    return str(chosen.get("name", "") if isinstance(chosen, Mapping) else chosen)


def _flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", _format_value(value)


def _format_value(value: object) -> str:
    if isinstance(value, str):
        return f"…/{PurePath(value).name}" if PurePath(value).is_absolute() else value
    if isinstance(value, Sequence):
        return ", ".join(_format_value(item) for item in value)
    return "none" if value is None else str(value)
