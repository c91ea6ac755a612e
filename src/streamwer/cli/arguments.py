"""What the command line of `streaming` asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from streamwer.cli.parameters import GROUPS, Parameter, default_option, options, parameters
from streamwer.cli.parser import OWN_FLAGS, build
from streamwer.compose import conf_dir
from streamwer.errors import ConfigError


@dataclass(frozen=True)
class Arguments:
    """What was asked for.

    Attributes:
        paths: files and folders.
        folders: folders given with --audio-folder.
        pinned: whether the policy's file chooses an engine for its own system.
        values: text given for each hyper-parameter that was set.
        known: every hyper-parameter there is.
    """

    paths: tuple[Path, ...]
    folders: tuple[Path, ...]
    output: Path
    jobs: int
    quiet: bool
    model: str
    engine: str
    pinned: bool
    policy: str
    clock: str
    values: Mapping[Parameter, str]
    known: tuple[Parameter, ...]


def parse(argv: Sequence[str] | None = None) -> Arguments:
    """Read the command line.

    Raises:
        ConfigError: it makes no sense.
        SystemExit: help or the version was asked for, and has been shown.
    """
    conf = conf_dir()
    groups = {group: options(conf, group) for group in GROUPS}
    known = parameters(groups, OWN_FLAGS)
    given = vars(build(conf, groups, known).parse_intermixed_args(argv))
    values = {each: given.pop(each.flag) for each in known}
    values = {each: text for each, text in values.items() if text is not None}
    pin = groups["policy"][given["policy"]].engine
    given["engine"] = given["engine"] or pin or default_option(conf, "engine")
    _refuse_foreign(values, given)
    return Arguments(
        paths=tuple(given.pop("paths")),
        folders=tuple(given.pop("folders")),
        pinned=bool(pin),
        values=values,
        known=tuple(known),
        **given,
    )


def _refuse_foreign(values: Mapping[Parameter, str], chosen: Mapping[str, str]) -> None:
    """A flag that the chosen option has no use for must not be dropped silently."""
    for parameter in values:
        group, owners = parameter.group, parameter.owners
        if chosen[group] not in owners:
            have = "has" if len(owners) == 1 else "have"
            listed = " and ".join(filter(None, [", ".join(owners[:-1]), owners[-1]]))
            raise ConfigError(
                f"{parameter.flag}: the {group} {chosen[group]} has no such hyper-parameter; "
                f"{listed} {have} it (choose with --{group})"
            )
