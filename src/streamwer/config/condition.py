"""Conditions: chains of effects that `conf/condition` and the key `conditions` name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain
from typing import Any, NamedTuple

from streamwer.config import registry
from streamwer.config.settings import check_settings
from streamwer.errors import ConfigError

NONE = "none"
"""The chain that alters nothing."""
NETWORK = "network"
"""The effect that delivers a recording in packets; it can only come last."""
JOINT = "+"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class EffectStep(NamedTuple):
    """One effect of a chain, under the name that `conf/condition` gives it."""

    name: str
    config: Any


class EffectChain(NamedTuple):
    """The effects that are applied to a recording, in order; without any it stays as it is."""

    steps: tuple[EffectStep, ...] = ()

    @property
    def name(self) -> str:
        """The names of the steps, joined by "+"."""
        return JOINT.join(step.name for step in self.steps) or NONE

    @property
    def ends_in_network(self) -> bool:
        """Tell whether the recording arrives in packets."""
        return any(step.config.effect == NETWORK for step in self.steps[-1:])


def check_step(name: str, config: Any) -> None:
    """Refuse a step that cannot work.

    Args:
        name: of the step.
        config: the settings of its effect.

    Raises:
        ConfigError: a value makes no sense; the first such key is named.
    """
    if not _NAME.fullmatch(name) or name == NONE:
        raise ConfigError(f"condition.{name}: use letters, digits, and . _ - after the first")
    check_settings(f"condition.{name}", config)
    registry.find("condition", config.effect).check_config(name, config)


def compose_chains(steps: Mapping[str, Any], names: list[str] | None) -> tuple[EffectChain, ...]:
    """Compose the conditions under which each recording is prepared.

    Args:
        steps: settings by name, in the order in which they are applied.
        names: chains, such as "telephone+opus_6k"; null for one of all the steps.

    Raises:
        ConfigError: a chain names a step that was not chosen, occurs twice, or goes on after a
            network.
    """
    for name, config in steps.items():
        check_step(name, config)
    if names is None:
        return (_compose_chain(list(steps), steps, "condition"),)
    chains = tuple(_compose_chain(_split_name(name), steps, "conditions") for name in names)
    if not chains or len({each.name for each in chains}) < len(chains):
        raise ConfigError(f"conditions={names}: name one or more chains, each once")
    unused = set(steps) - set(chain.from_iterable(map(_split_name, names)))
    if unused:
        raise ConfigError(f"conditions={names}: none has {', '.join(sorted(unused))} (condition=)")
    return chains


def _split_name(name: str) -> list[str]:
    return [] if name == NONE else name.split(JOINT)


def _compose_chain(names: list[str], steps: Mapping[str, Any], key: str) -> EffectChain:
    where = f"{key}: {JOINT.join(names)!r}"
    for name in names:
        if name not in steps:
            chosen = ", ".join(steps) or NONE
            raise ConfigError(f"{where}: no step {name!r}; condition= chooses {chosen}")
    if len(set(names)) < len(names):
        raise ConfigError(f"{where}: a step occurs twice")
    if any(steps[name].effect == NETWORK for name in names[:-1]):
        raise ConfigError(f"{where}: a network must come last: it delivers the sound")
    return EffectChain(tuple(EffectStep(name, steps[name]) for name in names))
