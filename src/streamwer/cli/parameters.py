"""Hyper-parameters of models, engines and policies: each with its flag, help and default.

They are declared with `streamwer.config.settings.setting`. The files of `conf/` that change a
default are read as text: YAML loses the comments, and `streaming -h` has no time for Hydra.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streamwer.config import registry
from streamwer.config.model import ModelConfig
from streamwer.config.settings import list_settings

_KEY = re.compile(r"(?P<key>[a-z]\w*):[ ]+(?P<value>.*?)(?:\s+#\s*(?P<comment>.*))?$")
_PIN = re.compile(r"\s*-\s*/engine@\S*\bsystems\.\w+\.engine:\s*(\w+)\s*(?:#.*)?")
_NOT_FLAGS = frozenset({"name", "defaults"})  # the option's own name; Hydra's list
GROUPS = ("model", "engine", "policy")
"""The config groups whose hyper-parameters are flags."""


@dataclass(frozen=True)
class Option:
    """One choice of a config group, such as the policy `offline`.

    Attributes:
        about: its first comment: what it is.
        values: default, as written, by key.
        comments: help, by key.
        kinds: declared type, by key.
        engine: the engine that a policy's file chooses for its own system; empty if it has none.
    """

    name: str
    about: str
    values: Mapping[str, str]
    comments: Mapping[str, str]
    kinds: Mapping[str, str]
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


def list_options(conf: Path, group: str) -> dict[str, Option]:
    """List the options of a config group by name, in alphabetical order: ours, then others'."""
    declared = registry.list_classes(group) if group in ("engine", "policy") else {}
    files = {path.stem: path for path in sorted((conf / group).glob("*.yaml"))}
    names = dict.fromkeys((*files, *sorted(declared)))
    return {name: _read_option(name, group, files.get(name), declared.get(name)) for name in names}


def list_parameters(
    groups: Mapping[str, Mapping[str, Option]], reserved: Collection[str]
) -> list[Parameter]:
    """List every hyper-parameter of the groups, in the order of the files.

    A key whose flag is taken by an earlier group, or `reserved` for the command itself, gets its
    group's name in front.
    """
    found: list[Parameter] = []
    for group, members in groups.items():
        for key in dict.fromkeys(key for option in members.values() for key in option.values):
            taken = {*reserved, *(parameter.flag for parameter in found)}
            found.append(_build_parameter(group, key, members, taken))
    return found


def find_default(conf: Path, group: str) -> str:
    """Find the option of a group that `conf/config.yaml` chooses, or its first file's name."""
    lines = (conf / "config.yaml").read_text(encoding="utf-8").splitlines()
    chosen = (re.fullmatch(rf"\s*-\s*{group}:\s*(\w+)\s*(?:#.*)?", line) for line in lines)
    found = next((match[1] for match in chosen if match), "")
    return found or next(iter(list_options(conf, group)), "")


def _read_option(name: str, group: str, file: Path | None, target: Any) -> Option:
    """Read what a class declares, and what its file in `conf/` says otherwise."""
    schema = ModelConfig if group == "model" else getattr(target, "Config", None)
    declared = [s for s in (list_settings(schema) if schema else ()) if s.key not in _NOT_FLAGS]
    lines = file.read_text(encoding="utf-8").splitlines() if file else []
    abouts = (line[1:].strip() for line in lines if re.match(r"#\s*[^\s@]", line))
    pins = (match[1] for line in lines if (match := _PIN.fullmatch(line)))
    matches = [match for line in lines if (match := _KEY.match(line))]
    entries = {match["key"]: match for match in matches if match["key"] not in _NOT_FLAGS}
    return Option(
        name=name,
        about=next(abouts, (getattr(target, "__doc__", "") or "").strip().partition("\n")[0]),
        values={each.key: _format_value(each.default) for each in declared}
        | {key: match["value"].strip("\"'") for key, match in entries.items()},
        comments={key: match["comment"] or "" for key, match in entries.items()}
        | {each.key: each.help for each in declared if each.help},
        kinds={each.key: each.kind for each in declared},
        engine=next(pins, ""),
    )


def _format_value(value: object) -> str:
    """Format a value as a file would have it."""
    return value if isinstance(value, str) else json.dumps(value)


def _build_parameter(
    group: str, key: str, members: Mapping[str, Option], taken: Collection[str]
) -> Parameter:
    owners = [option for option in members.values() if key in option.values]
    plain = f"--{key.replace('_', '-')}"
    return Parameter(
        group=group,
        key=key,
        flag=plain if plain not in taken else f"--{group}-{key.replace('_', '-')}",
        kind=owners[0].kinds.get(key, "str"),
        defaults={option.name: option.values[key] for option in owners},
        comments={option.name: option.comments.get(key, "") for option in owners},
    )
