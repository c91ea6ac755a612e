"""The family of commands behind `streaming`, each imported when it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

RUN = "run"
_LIST = "list what can be chosen"
COMMANDS: Mapping[str, tuple[str, str]] = {
    RUN: ("streamwer.cli.command:main", "transcribe; the word may be left out"),
    "score": ("streamwer.cli.score:main", "score a transcript or the log of any recogniser"),
    "compare": ("streamwer.cli.compare:main", "compare two runs, with intervals"),
    "gate": ("streamwer.cli.gate:main", "fail where a candidate is worse than a baseline"),
    "bench": ("streamwer.cli.bench:main", "play recordings to a running server"),
    "init": ("streamwer.cli.init:main", "look through own recordings, and write their experiment"),
    "track": ("streamwer.cli.track:main", "send a comparison to an experiment tracker"),
    "models": ("streamwer.cli.models:main", _LIST),
    "policies": ("streamwer.cli.listing:list_policies", _LIST),
    "engines": ("streamwer.cli.listing:list_engines", _LIST),
    "datasets": ("streamwer.cli.listing:list_datasets", _LIST),
    "completion": ("streamwer.cli.completion:main", "print the completion of bash, zsh or fish"),
}
"""Where each command's main function is, and what it does. A file of that name is ./score."""


def load_command(name: str) -> Callable[[Sequence[str]], int]:
    """Import the main function of a command, which takes its arguments."""
    module, _, function = COMMANDS[name][0].partition(":")
    found: Callable[[Sequence[str]], int] = getattr(import_module(module), function)
    return found
