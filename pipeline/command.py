"""What every stage's command line shares: one line for a user's error, a bar for long work."""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from streamwer.errors import StreamwerError


def command(main: Callable[[], int]) -> Callable[[], int]:
    """Print a user's error as one line and return 1 instead of showing a traceback."""

    @functools.wraps(main)
    def guarded() -> int:
        try:
            return main()
        except StreamwerError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            return 130

    return guarded


def count(text: str) -> int:
    """A number from 1 on, as the type of an argument."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


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
