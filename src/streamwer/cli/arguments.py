"""The command line of `streaming`, read and checked."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamwer.cli.parameters import (
    GROUPS,
    Option,
    Parameter,
    find_default,
    list_options,
    list_parameters,
)
from streamwer.cli.parser import OWN_FLAGS, build_streaming_parser
from streamwer.config.compose import find_conf_dir
from streamwer.config.model_choice import ModelChoice, choose_model
from streamwer.errors import ConfigError

_DEFAULT_CLOCK = "measured"
STDIN = "-"
"""The name of standard input on the command line, and of standard output for captions."""
JSON, JSON_LINES = "json", "jsonl"
"""The formats of transcripts that are no captions."""


@dataclass(frozen=True)
class LiveInput:
    """Audio that arrives while it is transcribed.

    Attributes:
        microphone: the device, empty for the default one; None is standard input.
        rate, channels: of raw PCM on standard input, where they were given.
    """

    microphone: str | None = None
    rate: int | None = None
    channels: int | None = None

    @property
    def name(self) -> str:
        return "standard input" if self.microphone is None else "microphone"


@dataclass(frozen=True)
class Arguments:
    """A command line.

    Attributes:
        form: of the transcripts: `json`, or a format of captions.
        output: where they go; None is where that form goes by default.
        pinned: whether the policy's file chooses an engine for its own system.
        model: which one, by --model or --path.
        values: text given for each hyper-parameter that was set.
    """

    paths: tuple[Path, ...]
    folders: tuple[Path, ...]
    live: LiveInput | None
    form: str
    output: Path | None
    jobs: int
    quiet: bool
    model: ModelChoice
    engine: str
    pinned: bool
    policy: str
    clock: str
    hardware: str
    values: Mapping[Parameter, str]
    known: tuple[Parameter, ...]


def parse_arguments(argv: Sequence[str] | None = None) -> Arguments:
    """Read the command line.

    Raises:
        ConfigError: it makes no sense.
        SystemExit: help or the version was asked for, and has been shown.
    """
    conf, groups, known = read_choices()
    flags = vars(build_streaming_parser(conf, groups, known).parse_intermixed_args(argv))
    values = {each: flags.pop(each.flag) for each in known}
    values = {each: text for each, text in values.items() if text is not None}
    path = next((text for each, text in values.items() if each.flag == "--path"), None)
    flags["model"] = choose_model(flags["model"], path, find_default(conf, "model"))
    pin = groups["policy"][flags["policy"]].engine
    flags["engine"] = flags["engine"] or pin or find_default(conf, "engine")
    _refuse_unused_flags(values, {**flags, "model": flags["model"].option})
    _refuse_urls(flags["paths"])
    live = _read_live_input(flags)
    flags["clock"] = flags["clock"] or ("wall" if live else _DEFAULT_CLOCK)
    return Arguments(
        paths=() if live else tuple(map(Path, flags.pop("paths"))),
        folders=tuple(flags.pop("folders")),
        live=live,
        pinned=bool(pin),
        values=values,
        known=tuple(known),
        **flags,
    )


def build_run_parser() -> argparse.ArgumentParser:
    """Build the parser of the command."""
    return build_streaming_parser(*read_choices())


def read_choices() -> tuple[Path, dict[str, dict[str, Option]], list[Parameter]]:
    """Read the config's folder, its options by group, and the hyper-parameters that are flags."""
    conf = find_conf_dir()
    groups = {group: list_options(conf, group) for group in GROUPS}
    return conf, groups, list_parameters(groups, OWN_FLAGS)


def _refuse_urls(paths: Sequence[str]) -> None:
    for path in paths:
        if re.match(r"[a-z][a-z0-9+.-]*://", path, re.IGNORECASE):
            raise ConfigError(
                f"{path}: an address, not a file; download it first, or pipe it in:"
                f" ffmpeg -v error -i {shlex.quote(path)} -f wav - | streaming -"
            )


def _read_live_input(flags: dict[str, Any]) -> LiveInput | None:
    """Read which live input was asked for; refuse what makes no sense with it, or without it."""
    paths, device = flags["paths"], flags.pop("microphone")
    form = {name: flags.pop(name) for name in ("rate", "channels")}
    piped = STDIN in paths
    if not piped:
        for name, value in form.items():
            if value is not None:
                raise ConfigError(f"--{name}: only raw PCM on standard input has it (streaming -)")
    if not piped and device is None:
        return None
    what = STDIN if piped else "--microphone"
    if len(paths) + len(flags["folders"]) + (device is not None) > 1:
        raise ConfigError(f"{what}: live input comes alone, without files or other input")
    if flags["clock"] not in (None, "wall"):
        raise ConfigError(f"--clock {flags['clock']}: live input has the wall's clock ({what})")
    if flags["jobs"] > 1:
        raise ConfigError(f"--jobs {flags['jobs']}: live input is one job ({what})")
    flags.pop("paths")
    return LiveInput(microphone=device, **form)


def _refuse_unused_flags(values: Mapping[Parameter, str], chosen: Mapping[str, str]) -> None:
    """Refuse a flag that the chosen option has no use for."""
    for parameter in values:
        group, owners = parameter.group, parameter.owners
        if chosen[group] not in owners:
            have = "has" if len(owners) == 1 else "have"
            listed = " and ".join(filter(None, [", ".join(owners[:-1]), owners[-1]]))
            raise ConfigError(
                f"{parameter.flag}: the {group} {chosen[group]} has no such setting; "
                f"{listed} {have} it (choose with --{group})"
            )
