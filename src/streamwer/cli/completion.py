"""`streaming completion SHELL`: print a script that completes commands, options and file names."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import shtab

from streamwer.cli.arguments import build_run_parser
from streamwer.cli.commands import COMMANDS, RUN
from streamwer.cli.common.command_parser import CommandParser
from streamwer.cli.common.run_command import run_program
from streamwer.config import model_catalogue

_SHELLS = ("bash", "zsh", "fish")
_EPILOG = (
    'bash: eval "$(streaming completion bash)" in ~/.bashrc; zsh: the same in ~/.zshrc, after'
    " compinit; fish: streaming completion fish > ~/.config/fish/completions/streaming.fish"
)

# The first word is a command or a file, and shtab has only the command.
_PATH_FIRST = {
    "bash": (
        ("complete -o bashdefault", "complete -o default -o bashdefault"),
        ("_npos -ge 1'", "_npos -ge 0'"),
    ),
    "zsh": (
        ("': :_shtab_streaming_commands'", "': :{_shtab_streaming_commands; _files}'"),
        (
            "      esac\n",
            "        *) _arguments -C -s $_shtab_streaming_run_options ;;\n      esac\n",
        ),
    ),
    "fish": (("_npos -ge 1'", "_npos -ge 0'"),),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the script; return the exit status."""
    return run_program(lambda: _print_script(argv))


def build_completion_parser() -> CommandParser:
    """Build the parser of the command."""
    parser = CommandParser(
        "streaming completion",
        description="Print a script with which a shell completes what is typed after `streaming`.",
        epilog=_EPILOG,
    )
    parser.add_argument("shell", choices=_SHELLS, help="for which shell")
    return parser


def _print_script(argv: Sequence[str] | None) -> int:
    shell = build_completion_parser().parse_args(argv).shell
    family = _build_family_parser()
    if shell == "zsh":  # shtab leaves the commands out where the parser takes paths, too
        family._actions = [action for action in family._actions if action.dest != "paths"]
    script = shtab.complete(family, shell)
    for old, new in _PATH_FIRST[shell]:
        script = script.replace(old, new)
    print(script)
    return 0


def _build_family_parser() -> argparse.ArgumentParser:
    """Build one parser of `streaming` with all its commands, only to be completed.

    Of a command in the module M, its options are those of the function M.build_COMMAND_parser, if
    there is one.
    """
    family = build_run_parser()
    commands = family.add_subparsers(dest="command")
    for name, (place, about) in COMMANDS.items():
        module = import_module(place.partition(":")[0])
        build = build_run_parser if name == RUN else getattr(module, f"build_{name}_parser", None)
        parents = [build()] if build else []
        parser = commands.add_parser(
            name, help=about, parents=parents, add_help=not parents, conflict_handler="resolve"
        )
        _complete_files(parser)
    _complete_files(family)
    family._actions.insert(0, family._actions.pop())  # a command comes first, or a path
    return family


def _complete_files(parser: argparse.ArgumentParser) -> None:
    """Complete file names where an argument is a path, and names where it is a model."""
    for action in parser._actions:
        if action.type is Path or action.dest == "paths":
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        if action.dest == "model":
            action.choices = list(model_catalogue.list_models())
