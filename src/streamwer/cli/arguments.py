"""What the command line of `streaming` asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from streamwer.cli.parameters import Parameter, options, parameters
from streamwer.cli.parser import OWN_FLAGS, build
from streamwer.compose import conf_dir
from streamwer.errors import ConfigError


@dataclass(frozen=True)
class Arguments:
    """What was asked for.

    Attributes:
        paths: files and folders.
        folders: folders given with --audio-folder.
        values: text given for each hyper-parameter that was set.
    """

    paths: tuple[Path, ...]
    folders: tuple[Path, ...]
    output: Path
    jobs: int
    quiet: bool
    model: str
    policy: str
    clock: str
    values: Mapping[Parameter, str]


def parse(argv: Sequence[str] | None = None) -> Arguments:
    """Read the command line.

    Raises:
        ConfigError: it makes no sense.
        SystemExit: help or the version was asked for, and has been shown.
    """
    conf = conf_dir()
    groups = {group: options(conf, group) for group in ("model", "policy")}
    known = parameters(groups, OWN_FLAGS)
    given = vars(build(conf, groups, known).parse_intermixed_args(argv))
    values = {each: given.pop(each.flag) for each in known}
    values = {each: text for each, text in values.items() if text is not None}
    _refuse_foreign(values, given["policy"])
    paths, folders = tuple(given.pop("paths")), tuple(given.pop("folders"))
    return Arguments(paths=paths, folders=folders, values=values, **given)


def _refuse_foreign(values: Mapping[Parameter, str], policy: str) -> None:
    """A flag that the chosen policy has no use for must not be dropped silently."""
    for parameter in values:
        if parameter.group == "policy" and policy not in parameter.owners:
            has = "has" if len(parameter.owners) == 1 else "have"
            raise ConfigError(
                f"{parameter.flag}: the policy {policy} has no such hyper-parameter; "
                f"{' and '.join(parameter.owners)} {has} it (choose with --policy)"
            )
