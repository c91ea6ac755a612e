"""The argument parser: the command's own options, and one flag per hyper-parameter of `conf/`."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from streamwer.cli.common.command_parser import CommandParser
from streamwer.cli.parameters import Option, Parameter, find_default, list_options

OWN_FLAGS = frozenset(
    f"--{name}"
    for name in (
        "audio-folder channels clock engine format hardware help help-all jobs live microphone"
        " model output policy quiet rate version"
    ).split()
)
DEFAULT_POLICY = "prefix_agreement"
_FORMATS = ("json", "jsonl", "text", "srt", "vtt")
_PLACEHOLDERS = {"int": "N", "float": "X", "bool": "true|false", "list[float]": "X,X"}
_FEW = 3  # more options than this are not listed one by one
_ABOUT = (
    "Transcribe audio files as if they were live calls, or what is live: the audio arrives bit by "
    "bit, and words are committed while the call goes on."
)

Groups = Mapping[str, Mapping[str, Option]]


def build_streaming_parser(
    conf: Path, groups: Groups, known: Sequence[Parameter]
) -> argparse.ArgumentParser:
    """Build the parser. It stores a hyper-parameter as text under its flag, or None.

    Args:
        conf: folder of the config.
        groups: options of each config group, by name.
        known: the hyper-parameters that are flags.
    """
    parser = CommandParser(
        prog="streaming",
        usage="streaming [option ...] [PATH ...]\n       streaming COMMAND ...",
        description=_ABOUT,
        epilog="\n\n".join(_list_options(group, members) for group, members in groups.items()),
        formatter_class=_Formatter,
        allow_abbrev=False,
        add_help=False,
    )
    _add_input(parser.add_argument_group("what to transcribe"))
    _add_choices(parser.add_argument_group("with what"), conf, groups)
    _add_own(parser.add_argument_group("how"))
    _add_parameters(parser, conf, groups, known)
    return parser


class _Formatter(argparse.HelpFormatter):
    """Keeps the lines of the listing; each is wrapped with a hanging indent."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = text.splitlines()
        hang = [indent + "    " * line.startswith(" ") for line in lines]
        filled = (
            textwrap.fill(line, width, initial_indent=indent, subsequent_indent=after)
            for line, after in zip(lines, hang, strict=True)
        )
        return "\n".join(filled)

    def start_section(self, heading: str | None) -> None:
        wide = self._width - 1  # argparse adds a colon, and wraps nothing
        super().start_section(heading and textwrap.fill(heading, wide, subsequent_indent="  "))


class _ShowVersion(argparse.Action):
    """Look the versions up only when they are asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from importlib.metadata import PackageNotFoundError, version

        try:
            own = version("streamwer")
        except PackageNotFoundError:
            own = "(not installed)"
        print(f"streamwer {own}, faster-whisper {version('faster-whisper')}")
        parser.exit()


def _add_input(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="an audio file, or a folder: every audio file in it and below it; - is what arrives "
        "on standard input: WAV, or raw PCM of 16 bits",
    )
    group.add_argument(
        "--audio-folder",
        dest="folders",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="a folder of audio files; may be given several times",
    )
    group.add_argument(
        "--microphone",
        nargs="?",
        const="",
        metavar="DEVICE",
        help="what the microphone hears, or another input device, by number or name",
    )
    group.add_argument(
        "--rate",
        type=_parse_positive,
        metavar="N",
        help="samples a second of raw PCM on standard input (default: 16000)",
    )
    group.add_argument(
        "--channels",
        type=_parse_positive,
        metavar="N",
        help="channels of raw PCM on standard input, which are averaged (default: 1)",
    )


def _add_choices(group: argparse._ArgumentGroup, conf: Path, groups: Groups) -> None:
    default = find_default(conf, "model")
    group.add_argument(
        "--model",
        metavar="NAME",
        help="which Whisper: a name of the list below, also as tiny.en or large-v3, a folder "
        f"(./my-model), or a repository on the hub, owner/name (default: {default})",
    )
    engines = _describe_default_engine(groups["policy"].values(), find_default(conf, "engine"))
    _add_choice(group, "engine", groups["engine"], None, f"how the model is called ({engines})")
    _add_choice(
        group, "policy", groups["policy"], DEFAULT_POLICY, "what decides when a word is final"
    )
    clocks = list_options(conf, "clock")
    abouts = "; ".join(f"{name}: {each.about.rstrip('.')}" for name, each in clocks.items())
    how = group.add_mutually_exclusive_group()
    _add_choice(
        how,
        "clock",
        clocks,
        None,
        f"how time passes (default: measured; live input: wall); {abouts}",
    )
    standard = find_default(conf, "hardware")
    about = "whose costs --clock profile goes by"
    _add_choice(group, "hardware", list_options(conf, "hardware"), standard, about)
    how.add_argument(
        "--live",
        dest="clock",
        action="store_const",
        const="wall",
        default=argparse.SUPPRESS,
        help="play every file at the speed of speech: the same as --clock wall",
    )


def _add_choice(
    group: argparse._ActionsContainer,
    name: str,
    members: Mapping[str, Option],
    default: str | None,
    about: str,
) -> None:
    group.add_argument(
        f"--{name}",
        choices=list(members),
        default=default,
        metavar="NAME",
        help=f"{about} (default: {default})" if default else about,
    )


def _add_own(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--format",
        dest="form",
        choices=_FORMATS,
        default=_FORMATS[0],
        help="of the transcripts: json is written at the end, jsonl has a line for each update at"
        " once, and both can be scored; text, srt and vtt are captions, written as they become"
        " final (default: json)",
    )
    group.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="where the transcripts go (default: transcripts.json, .jsonl, .txt, .srt or .vtt);"
        " captions of several files go to a folder, one file each (default: transcripts), and - is"
        " standard output",
    )
    group.add_argument(
        "--jobs",
        type=_parse_positive,
        default=1,
        metavar="N",
        help="files at a time, each in a process with a model of its own (default: 1)",
    )
    group.add_argument("--quiet", action="store_true", help="show nothing but errors")
    group.add_argument(
        "--version",
        action=_ShowVersion,
        nargs=0,
        dest=argparse.SUPPRESS,
        default=argparse.SUPPRESS,
        help="show the version",
    )
    group.add_argument(
        "-h",
        "--help",
        "--help-all",
        action="help",
        help="-h is the short help, -h NAME the settings of a policy, an engine or a model, and"
        " --help-all this",
    )


def _describe_default_engine(policies: Iterable[Option], usual: str) -> str:
    """Describe the default engine, which may depend on the policy."""
    pins: dict[str, list[str]] = {}
    for policy in policies:
        if policy.engine not in ("", usual):
            pins.setdefault(policy.engine, []).append(policy.name)
    others = (f"; {engine} with {', '.join(names)}" for engine, names in pins.items())
    return f"default: {usual}{''.join(others)}"


def format_settings(name: str, group: str, option: Option, known: Sequence[Parameter]) -> str:
    """Format the help of the settings of one policy, engine or model.

    Args:
        name: of the option.
        group: of the config.
        option: what it is, and its defaults.
        known: the hyper-parameters that are flags.
    """
    parser = CommandParser(
        prog="streaming",
        usage=f"streaming --{group} {name} [option ...] [PATH ...]",
        description=option.about,
        epilog=f"It brings the engine {option.engine} along: streaming -h {option.engine}"
        if option.engine
        else None,
        formatter_class=_Formatter,
        add_help=False,
    )
    section = parser.add_argument_group(f"settings of the {group} {name}")
    for parameter in known:
        if parameter.group == group and name in parameter.owners:
            only = replace(
                parameter,
                defaults={name: parameter.defaults[name]},
                comments={name: parameter.comments[name]},
            )
            _add_parameter(section, only, name)
    return parser.format_help()


def _add_parameters(
    parser: argparse.ArgumentParser, conf: Path, groups: Groups, known: Sequence[Parameter]
) -> None:
    defaults = {group: parser.get_default(group) for group in groups}
    defaults["model"] = find_default(conf, "model")
    sections: dict[str, argparse._ArgumentGroup] = {}
    for parameter in known:
        title = _choose_title(parameter, groups[parameter.group])
        if title not in sections:
            sections[title] = parser.add_argument_group(title)
        _add_parameter(sections[title], parameter, defaults[parameter.group] or "")


def _add_parameter(group: argparse._ArgumentGroup, parameter: Parameter, default: str) -> None:
    group.add_argument(
        parameter.flag,
        dest=parameter.flag,
        metavar=_choose_placeholder(parameter),
        help=_write_help(parameter, default).replace("%", "%%"),
    )


def _choose_title(parameter: Parameter, members: Collection[str]) -> str:
    """Choose the title: the group, and which of its options have the parameter unless all do."""
    owners = parameter.owners
    others = [name for name in members if name not in owners]
    if not others:
        return parameter.group
    if len(owners) > _FEW and len(others) < len(owners):
        return f"every {parameter.group} but {', '.join(others)}"
    return f"{parameter.group} {', '.join(owners)}"


def _choose_placeholder(parameter: Parameter) -> str:
    if parameter.kind == "float" and re.search(r"(?<!_per)_s$", parameter.key):
        return "SECONDS"
    return _PLACEHOLDERS.get(parameter.kind, "TEXT")


def _write_help(parameter: Parameter, default: str) -> str:
    """Write the setting's help and its default; one by one where the options differ.

    Of the models only the usual one's is told where most differ: there are many of them.
    """
    defaults = {name: text.strip("[]") for name, text in parameter.defaults.items()}
    if parameter.group == "model" and len(set(defaults.values())) > _FEW:
        default_only = {name: text for name, text in defaults.items() if name == default}
        defaults = dict.fromkeys(defaults, "their own") | default_only
    comments = {name: text for name, text in parameter.comments.items() if text}
    help_text = (
        f"{_merge_texts(comments)} " if comments else ""
    )  # another package's may say nothing
    return f"{help_text}(default: {_merge_texts(defaults) or 'none'})"


def _merge_texts(texts: Mapping[str, str]) -> str:
    """Merge into one text for all options, or each text with the options that share it."""
    owners: dict[str, list[str]] = {}
    for name, text in texts.items():
        owners.setdefault(text, []).append(name)
    if len(owners) == 1:
        return next(iter(owners))
    by_size = sorted(owners.items(), key=lambda item: len(item[1]))
    parts = [f"{', '.join(names)}: {text}" for text, names in by_size]
    if len(by_size[-1][1]) > _FEW:
        parts[-1] = f"others: {by_size[-1][0]}"
    return "; ".join(parts)


def _list_options(group: str, members: Mapping[str, Option]) -> str:
    """List the options of `--GROUP NAME:`, one a line."""
    lines = (f"  {option.name}: {option.about}" for option in members.values())
    return "\n".join((f"--{group} NAME:", *lines))


def _parse_positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
