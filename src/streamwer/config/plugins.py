"""Policies, engines and data sets of other packages, found by their entry points.

An entry point of the group `streamwer.policies`, `streamwer.engines` or `streamwer.datasets` names
a class whose attribute `Config` is the dataclass of its hyper-parameters. One that cannot be used
says so when it is chosen, and hinders nobody before that. See docs/extending.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from omegaconf import OmegaConf

from streamwer.config.dataset import DatasetConfig
from streamwer.config.engine import ENGINE_SCHEMAS
from streamwer.config.policy import POLICY_SCHEMAS
from streamwer.errors import ConfigError

GROUPS = {
    "policy": "streamwer.policies",
    "engine": "streamwer.engines",
    "dataset": "streamwer.datasets",
}
"""Groups of entry points, by group of `conf/`."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Extension:
    """One entry point.

    Attributes:
        group: policy, engine or dataset.
        package: that registers it.
        target: the class it names; None if it cannot be used.
        problem: why not.
    """

    group: str
    name: str
    package: str
    version: str
    target: Any = None
    problem: str = ""


@cache
def found(group: str) -> Mapping[str, Extension]:
    """What other packages add to a group of `conf/`, by name."""
    known: dict[str, Extension] = {}
    for entry in entry_points(group=GROUPS[group]):
        one = _extension(group, entry)
        other = known.get(one.name)
        if other and other.package != one.package:
            problem = f"the package {other.package} registers the same name"
            one = Extension(group, one.name, one.package, one.version, problem=problem)
        known[one.name] = one
    return known


def get(group: str, name: object) -> Extension | None:
    """The extension of that name; None if no package adds one.

    Raises:
        ConfigError: it cannot be used; its package is named.
    """
    one = found(group).get(str(name))
    if one and one.problem:
        raise ConfigError(
            f"{group}={one.name}: the package {one.package} {one.version} registers it, but"
            f" {one.problem}; mend or uninstall that package"
        )
    return one


def schemas(group: str) -> dict[str, type]:
    """The records of those that can be used."""
    usable = ((name, one.target) for name, one in found(group).items() if not one.problem)
    return {name: target.Config for name, target in usable}


def packages(**chosen: object) -> dict[str, str]:
    """Versions of the packages behind a choice: `packages(policy=name, engine=name)`."""
    used = (get(group, name) for group, name in chosen.items())
    return {one.package: one.version for one in used if one}


def _extension(group: str, entry: EntryPoint) -> Extension:
    package, version = (entry.dist.name, entry.dist.version) if entry.dist else ("?", "?")
    try:
        target = entry.load()
    except Exception as error:  # noqa: BLE001 - other people's code may raise anything
        text = " ".join(str(error).split())
        problem = f"{entry.value} cannot be loaded ({type(error).__name__}: {text})"
        return Extension(group, entry.name, package, version, problem=problem)
    problem = next(_problems(group, entry, getattr(target, "Config", None)), "")
    return Extension(group, entry.name, package, version, None if problem else target, problem)


def _problems(group: str, entry: EntryPoint, schema: Any) -> Iterator[str]:
    built_in = {"policy": POLICY_SCHEMAS, "engine": ENGINE_SCHEMAS}
    if not _NAME.fullmatch(entry.name):
        yield "its name must be lower-case letters, digits and underscores"
    if entry.name in built_in.get(group, ("folder", "hub")):
        yield f"streamwer has a {group} of that name itself"
    if not (isinstance(schema, type) and is_dataclass(schema)):
        yield f"{entry.value} has no attribute Config that is a dataclass"
        return
    try:
        record: Any = schema()
        OmegaConf.structured(schema)
    except Exception as error:  # noqa: BLE001 - other people's code may raise anything
        text = str(error).partition("\n")[0]
        yield f"the defaults of {entry.value}.Config make no record ({text})"
        return
    key = "source" if group == "dataset" else "name"
    if getattr(record, key, None) != entry.name:
        yield f"the default of {entry.value}.Config.{key} must be '{entry.name}'"
    if group == "dataset":
        ours = {each.name for each in fields(DatasetConfig)}
        strange = sorted({each.name for each in fields(schema)} ^ ours)
        if strange:
            yield f"{entry.value}.Config must have the keys of DatasetConfig ({strange[0]})"
