"""Registry of policies, engines, data set sources, conditions, server protocols and trackers.

A class registers itself with a decorator, such as `@policy("offline")`, and has an attribute
`Config`: the dataclass of its settings. Ours are found by importing the modules of a package.
Another package names its class in an entry point of the group `streamwer.policies`,
`streamwer.engines`, `streamwer.datasets`, `streamwer.servers` or `streamwer.trackers`; one that
cannot be used says so when it is chosen, and hinders nobody before that. See docs/extending.md.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple, TypeVar

from streamwer.config.dataset import DatasetConfig
from streamwer.errors import ConfigError

Registered = TypeVar("Registered", bound=type)


class Group(NamedTuple):
    """A group of the configuration whose members register themselves.

    Attributes:
        package: whose modules hold ours.
        entry_points: the group of other packages' entry points; empty if they cannot add any.
        key: the key of a record that holds the name.
    """

    package: str
    entry_points: str
    key: str


GROUPS: Mapping[str, Group] = {
    "policy": Group("streamwer.policies", "streamwer.policies", "name"),
    "engine": Group("streamwer.recognisers.engines", "streamwer.engines", "name"),
    "dataset": Group("streamwer.datasets.sources", "streamwer.datasets", "source"),
    "condition": Group("streamwer.datasets.augmentation", "", "effect"),
    "server": Group("streamwer.servers.adapters", "streamwer.servers", "protocol"),
    "tracker": Group("streamwer.reports.trackers", "streamwer.trackers", "name"),
}
EXTENSIBLE = tuple(group for group, about in GROUPS.items() if about.entry_points)
"""The groups that other packages can add to."""
_OURS = __name__.partition(".")[0]
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_registered: dict[str, dict[str, Any]] = {group: {} for group in GROUPS}


@dataclass(frozen=True)
class Extension:
    """One entry point of another package.

    Attributes:
        group: of the configuration.
        package: that registers it.
        target: the class that it names; None if it cannot be used.
        problem: why it cannot be used.
    """

    group: str
    name: str
    package: str
    version: str
    target: Any = None
    problem: str = ""


def register(group: str, name: str) -> Callable[[Registered], Registered]:
    """Register a class under a name of a group, and give that name to its `Config`.

    Args:
        group: one of `GROUPS`.
        name: as it is chosen in the configuration.

    Raises:
        ConfigError: streamwer has one of that name itself.
    """

    def add(target: Registered) -> Registered:
        if not _is_ours(target) and name in _load_built_ins(group):
            raise ConfigError(f"{group} {name}: streamwer has a {group} of that name itself")
        _name_config(target, GROUPS[group].key, name)
        _registered[group][name] = target
        return target

    return add


def policy(name: str) -> Callable[[Registered], Registered]:
    """Register a policy."""
    return register("policy", name)


def engine(name: str) -> Callable[[Registered], Registered]:
    """Register an engine."""
    return register("engine", name)


def dataset_source(name: str) -> Callable[[Registered], Registered]:
    """Register a source of data sets."""
    return register("dataset", name)


def condition(name: str) -> Callable[[Registered], Registered]:
    """Register an effect of `conf/condition`."""
    return register("condition", name)


def server(protocol: str) -> Callable[[Registered], Registered]:
    """Register an adapter of a server's protocol."""
    return register("server", protocol)


def tracker(name: str) -> Callable[[Registered], Registered]:
    """Register an experiment tracker."""
    return register("tracker", name)


def find(group: str, name: object) -> Any:
    """Find the class of that name.

    Raises:
        ConfigError: there is none, or the package that adds it cannot be used.
    """
    extension = find_extension(group, name)
    known = list_classes(group)
    if extension or name in known:
        return extension.target if extension else known[str(name)]
    key = f"{group}.{GROUPS[group].key}"
    raise ConfigError(f"{key}={name!r} must be one of {', '.join(sorted(known))}")


def list_classes(group: str) -> dict[str, Any]:
    """List the classes of a group that can be chosen, by name."""
    ours = _load_built_ins(group)
    added = {name: one.target for name, one in list_extensions(group).items() if not one.problem}
    return {**_registered[group], **added, **ours}


def names(group: str) -> list[str]:
    """List the names of a group that can be chosen, in alphabetical order."""
    return sorted(list_classes(group))


def get_schemas(group: str) -> dict[str, type]:
    """Return the `Config` of each member of a group, by name."""
    return {name: target.Config for name, target in sorted(list_classes(group).items())}


def find_extension(group: str, name: object) -> Extension | None:
    """Find what another package adds under that name; None if no package does.

    Raises:
        ConfigError: it cannot be used; its package is named.
    """
    one = list_extensions(group).get(str(name))
    if one and one.problem:
        raise ConfigError(
            f"{group}={one.name}: the package {one.package} {one.version} registers it, but"
            f" {one.problem}; mend or uninstall that package"
        )
    return one


@cache
def list_extensions(group: str) -> Mapping[str, Extension]:
    """List what other packages add to a group, by name; what cannot be used has a problem."""
    if group not in EXTENSIBLE:
        return {}
    known: dict[str, Extension] = {}
    for entry in entry_points(group=GROUPS[group].entry_points):
        one = _load_extension(group, entry)
        other = known.get(one.name)
        if other and other.package != one.package:
            problem = f"the package {other.package} registers the same name"
            one = Extension(group, one.name, one.package, one.version, problem=problem)
        known[one.name] = one
    return known


def list_packages(**chosen: object) -> dict[str, str]:
    """List the versions of the packages behind a choice: `list_packages(policy=name)`."""
    used = (find_extension(group, name) for group, name in chosen.items())
    return {one.package: one.version for one in used if one}


@cache
def _load_built_ins(group: str) -> Mapping[str, Any]:
    """Import the modules that register a group's members of ours."""
    package = import_module(GROUPS[group].package)
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        import_module(module.name)
    return {name: each for name, each in _registered[group].items() if _is_ours(each)}


def _is_ours(target: Any) -> bool:
    return str(target.__module__).partition(".")[0] == _OURS


def _name_config(target: Any, key: str, name: str) -> None:
    """Let `name` be the default of `key` in the `Config` of a class, before its other keys."""
    record = getattr(target, "Config", None)
    if not (isinstance(record, type) and is_dataclass(record)):
        raise TypeError(f"{target.__qualname__} has no attribute Config that is a dataclass")
    body = {
        "__annotations__": {key: str},
        key: name,
        "__doc__": record.__doc__,
        "__module__": target.__module__,
        "__qualname__": f"{target.__qualname__}.Config",  # so that its records can be pickled
    }
    target.Config = dataclass(type("Config", (record,), body))


def _load_extension(group: str, entry: EntryPoint) -> Extension:
    package, version = (entry.dist.name, entry.dist.version) if entry.dist else ("?", "?")
    try:
        target = entry.load()
    except Exception as error:  # noqa: BLE001 - other people's code may raise anything
        text = " ".join(str(error).split())
        problem = f"{entry.value} cannot be loaded ({type(error).__name__}: {text})"
        return Extension(group, entry.name, package, version, problem=problem)
    problem = next(_find_problems(group, entry, getattr(target, "Config", None)), "")
    return Extension(group, entry.name, package, version, None if problem else target, problem)


def _find_problems(group: str, entry: EntryPoint, schema: Any) -> Iterator[str]:
    from omegaconf import OmegaConf

    if not _NAME.fullmatch(entry.name):
        yield "its name must be lower-case letters, digits and underscores"
    if entry.name in _load_built_ins(group):
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
    key = GROUPS[group].key
    if getattr(record, key, None) != entry.name:
        yield f"the default of {entry.value}.Config.{key} must be '{entry.name}'"
    if group == "dataset":
        ours = {each.name for each in fields(DatasetConfig)}
        strange = sorted({each.name for each in fields(schema)} ^ ours)
        if strange:
            yield f"{entry.value}.Config must have the keys of DatasetConfig ({strange[0]})"
