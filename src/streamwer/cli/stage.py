"""What every stage's command line shares: one line for a user's error, a bar for long work."""

from __future__ import annotations

import argparse
import functools
import math
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from streamwer.cli.command import run_command
from streamwer.config import compose, experiment
from streamwer.config.experiment import Config


def command(main: Callable[[], int]) -> Callable[[], int]:
    """Print a user's error as one line and return 1 instead of showing a traceback."""

    @functools.wraps(main)
    def guarded() -> int:
        return run_command(main, failed=1)

    return guarded


def arguments(
    module: str,
    description: str | None,
    overrides: str = "choices as for Hydra: dataset=folder, …; without any, params.yaml is read",
) -> argparse.ArgumentParser:
    """A command line that takes choices as for Hydra; flags are for the caller to add.

    Args:
        module: of the command, "pipeline.prepare".
        description: its docstring, which is shown as it is written.
        overrides: what the choices are.
    """
    made = argparse.ArgumentParser(
        prog=f"python -m {module}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help=overrides)
    return made


def config_of(overrides: Sequence[str]) -> Config:
    """What the choices compose; without any, what `params.yaml` holds."""
    return compose.load(overrides) if overrides else experiment.load()


def count(text: str) -> int:
    """A number from 1 on, as the type of an argument."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def duration(text: str) -> float:
    """A number of seconds from 0 on, as the type of an argument."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 on")
    return value


def progress() -> Progress:
    """A progress bar on stderr; silent where stderr is no terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
