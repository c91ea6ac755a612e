"""Tell the verdicts to whoever listens: the terminal, GitHub, and files for other tools."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from streamwer.analysis.gate.verdict import Exit, Verdict, exit_status
from streamwer.reports.files import write_all
from streamwer.reports.gate import document, github, junit, markdown, table

_LOG_WIDTH = 150


def publish(
    verdicts: Sequence[Verdict],
    folder: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    console: Console | None = None,
) -> Exit:
    """Print and write every verdict.

    Args:
        verdicts: one per system.
        folder: for `gate.json`, `gate.md` and `junit.xml`; none are written where it is None.
        environment: that says whether this is a step of GitHub Actions.
        console: to print on; the terminal if None.

    Returns:
        The exit status that they come to.

    Raises:
        StreamwerError: a file cannot be written.
    """
    console = console or _console()
    table.show(verdicts, console)
    if folder:
        contents = {
            "gate.json": document.render(verdicts),
            "gate.md": markdown.render(verdicts),
            "junit.xml": junit.render(verdicts),
        }
        write_all(folder, contents)
    if github.is_here(environment):
        for line in github.workflow_commands(verdicts):
            console.out(line, highlight=False)
        github.summarise(verdicts, environment)
    return exit_status(verdicts)


def _console() -> Console:
    """The terminal as it is; room for the whole table in a log, which has no width."""
    terminal = Console(soft_wrap=True)
    return terminal if terminal.is_terminal else Console(width=_LOG_WIDTH, soft_wrap=True)
