"""`streaming policies`, `engines` and `datasets`: what can be chosen, one line each."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence

from streamwer.cli.common.command_parser import CommandParser
from streamwer.cli.common.run_command import run_program
from streamwer.cli.parameters import find_default, list_options
from streamwer.cli.parser import DEFAULT_POLICY
from streamwer.config.conf_dir import find_conf_dir


def list_policies(argv: Sequence[str] | None = None) -> int:
    """Print the policies; return the exit status."""
    hint = "Choose with `streaming --policy NAME`; `streaming -h NAME` shows its settings."
    return run_program(lambda: _print_group("policy", "policies", DEFAULT_POLICY, hint, argv))


def list_engines(argv: Sequence[str] | None = None) -> int:
    """Print the engines; return the exit status."""
    hint = (
        "Choose with `streaming --engine NAME`; a policy that is made for one engine brings it"
        " along. `streaming -h NAME` shows its settings."
    )
    default = find_default(find_conf_dir(), "engine")
    return run_program(lambda: _print_group("engine", "engines", default, hint, argv))


def list_datasets(argv: Sequence[str] | None = None) -> int:
    """Print the data sets; return the exit status."""
    hint = "Compare on one with `dvc exp run -S dataset=NAME`."
    default = find_default(find_conf_dir(), "dataset")
    return run_program(lambda: _print_group("dataset", "data sets", default, hint, argv))


def _print_group(
    group: str, plural: str, default: str, hint: str, argv: Sequence[str] | None
) -> int:
    """Print the options of a config group, as wide as the terminal if there is one.

    Args:
        group: as in `conf/`.
        plural: what they are called.
        default: the one that is chosen where none is named.
        hint: how to choose one.
        argv: the arguments: there are none but -h.
    """
    about = f"List the {plural}, one line each."
    CommandParser(f"streaming {plural.replace(' ', '')}", description=about).parse_args(argv)
    members = list_options(find_conf_dir(), group)
    width = max(map(len, members)) + 2
    columns = shutil.get_terminal_size().columns - 1 if sys.stdout.isatty() else sys.maxsize
    for name, option in members.items():
        lines = textwrap.wrap(option.about, max(20, columns - width))
        print(f"{name:<{width}}" + f"\n{'':<{width}}".join(lines))
    print()
    print(textwrap.fill(f"The default is {default}. {hint}", columns))
    return 0
