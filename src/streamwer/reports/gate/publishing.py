"""Publish the verdicts to the terminal, GitHub Actions, and files for other tools."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from streamwer.analysis.gate.verdict import ExitStatus, Verdict, combine_statuses
from streamwer.reports.files import write_files
from streamwer.reports.gate import document, github, junit, markdown, table

_LOG_WIDTH = 150


def publish_verdicts(
    verdicts: Sequence[Verdict],
    folder: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    console: Console | None = None,
    *,
    played: str = "",
) -> ExitStatus:
    """Print and write every verdict; return the exit status of all together.

    Args:
        verdicts: one per system.
        folder: for `gate.json`, `gate.md` and `junit.xml`; None writes no files.
        environment: variables that tell a step of GitHub Actions.
        console: to print on; the terminal if None.
        played: what recordings the gate played; if given, a system that passes is one line on the
            terminal.

    Raises:
        StreamwerError: a file cannot be written.
    """
    console = console or _create_console()
    table.print_verdicts(verdicts, console, played=played)
    if folder:
        contents = {
            "gate.json": document.render(verdicts),
            "gate.md": markdown.render(verdicts),
            "junit.xml": junit.render(verdicts),
        }
        write_files(folder, contents)
    if environment.get("GITHUB_ACTIONS") == "true":
        for line in github.list_workflow_commands(verdicts):
            console.out(line, highlight=False)
        github.write_step_summary(verdicts, environment)
    return combine_statuses(verdicts)


def _create_console() -> Console:
    """Make a console as wide as the terminal; in a log, wide enough for the whole table."""
    terminal = Console(soft_wrap=True)
    return terminal if terminal.is_terminal else Console(width=_LOG_WIDTH, soft_wrap=True)
