"""The hyper-parameters that `conf/` declares, each with its flag, comment and default.

The files are read as text: YAML loses the comments, and `streaming -h` has no time for Hydra.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from streamwer.config import plugins
from streamwer.config.engine import ENGINE_SCHEMAS
from streamwer.config.model import ModelConfig
from streamwer.config.policy import POLICY_SCHEMAS

_KEY = re.compile(r"(?P<key>[a-z]\w*):[ ]+(?P<value>.*?)(?:\s+#\s*(?P<comment>.*))?$")
_PIN = re.compile(r"\s*-\s*/engine@\S*\bsystems\.\w+\.engine:\s*(\w+)\s*(?:#.*)?")
_NOT_FLAGS = frozenset({"name", "defaults"})  # the option's own name; Hydra's list
GROUPS = ("model", "engine", "policy")
"""The config groups whose hyper-parameters are flags."""


@dataclass(frozen=True)
class Option:
    """One file of a config group, such as `conf/policy/offline.yaml`.

    Attributes:
        about: its first comment: what it is.
        values: default, as written, by key.
        comments: what is said beside each key.
        engine: the engine that a policy's file chooses for its own system; empty if it has none.
    """

    name: str
    about: str
    values: Mapping[str, str]
    comments: Mapping[str, str]
    engine: str


@dataclass(frozen=True)
class Parameter:
    """A hyper-parameter: one key of the options of a group that have it.

    Attributes:
        group: one of `GROUPS`.
        flag: as typed, such as `--chunk-s`.
        kind: its type, as `streamwer.config.experiment` writes it.
        defaults: by option, as written in the files.
        comments: by option.
    """

    group: str
    key: str
    flag: str
    kind: str
    defaults: Mapping[str, str] = field(hash=False)
    comments: Mapping[str, str] = field(hash=False)

    @property
    def owners(self) -> tuple[str, ...]:
        """The options that have it."""
        return tuple(self.defaults)


def options(conf: Path, group: str) -> dict[str, Option]:
    """The options of a config group by name, in alphabetical order."""
    files = {path.stem: _option(path) for path in sorted((conf / group).glob("*.yaml"))}
    return files | {name: _added(name, one) for name, one in _classes(group).items()}


def _classes(group: str) -> dict[str, type]:
    """The classes that other packages add to a group."""
    if group not in plugins.GROUPS:
        return {}
    found = sorted(plugins.found(group).items())
    return {name: one.target for name, one in found if not one.problem}


def parameters(
    groups: Mapping[str, Mapping[str, Option]], reserved: Collection[str]
) -> list[Parameter]:
    """Every hyper-parameter of the groups, in the order of the files.

    A key whose flag is taken already gets its group's name in front.

    Args:
        groups: options by group; their order decides who gets a plain flag.
        reserved: flags of the command itself.
    """
    found: list[Parameter] = []
    for group, members in groups.items():
        for key in _keys(members.values()):
            taken = {*reserved, *(parameter.flag for parameter in found)}
            found.append(_parameter(group, key, members, taken))
    return found


def default_option(conf: Path, group: str) -> str:
    """The option of a group that `conf/config.yaml` chooses, or its first file's name."""
    lines = (conf / "config.yaml").read_text(encoding="utf-8").splitlines()
    chosen = (re.fullmatch(rf"\s*-\s*{group}:\s*(\w+)\s*(?:#.*)?", line) for line in lines)
    return next((match[1] for match in chosen if match), next(iter(options(conf, group)), ""))


def _option(path: Path) -> Option:
    lines = path.read_text(encoding="utf-8").splitlines()
    abouts = (line[1:].strip() for line in lines if re.match(r"#\s*[^\s@]", line))
    pins = (match[1] for line in lines if (match := _PIN.fullmatch(line)))
    matches = [match for line in lines if (match := _KEY.match(line))]
    entries = {match["key"]: match for match in matches if match["key"] not in _NOT_FLAGS}
    return Option(
        name=path.stem,
        about=next(abouts, ""),
        values={key: match["value"].strip("\"'") for key, match in entries.items()},
        comments={key: match["comment"] or "" for key, match in entries.items()},
        engine=next(pins, ""),
    )


def _added(name: str, target: Any) -> Option:
    """One of another package: its record is its file."""
    keys = [each for each in fields(target.Config) if each.name not in _NOT_FLAGS]
    record = target.Config()
    return Option(
        name=name,
        about=(target.__doc__ or "").strip().partition("\n")[0],
        values={each.name: _written(getattr(record, each.name)) for each in keys},
        comments={each.name: str(each.metadata.get("help", "")) for each in keys},
        engine="",
    )


def _written(value: object) -> str:
    """A value as a file would have it."""
    return value if isinstance(value, str) else json.dumps(value)


def _keys(members: Iterable[Option]) -> list[str]:
    return list(dict.fromkeys(key for option in members for key in option.values))


def _parameter(
    group: str, key: str, members: Mapping[str, Option], taken: Collection[str]
) -> Parameter:
    owners = [option for option in members.values() if key in option.values]
    plain = f"--{key.replace('_', '-')}"
    return Parameter(
        group=group,
        key=key,
        flag=plain if plain not in taken else f"--{group}-{key.replace('_', '-')}",
        kind=_kind(group, owners[0].name, key),
        defaults={option.name: option.values[key] for option in owners},
        comments={option.name: option.comments[key] for option in owners},
    )


def _kind(group: str, option: str, key: str) -> str:
    """The declared type of a key, as the text of its annotation; `str` for an undeclared one."""
    schemas: Mapping[str, Mapping[str, type]] = {
        "model": {option: ModelConfig},
        "engine": {**ENGINE_SCHEMAS, **plugins.schemas("engine")},
        "policy": {**POLICY_SCHEMAS, **plugins.schemas("policy")},
    }
    kind = getattr(schemas[group].get(option), "__annotations__", {}).get(key, "str")
    return kind.__name__ if isinstance(kind, type) else str(kind)
