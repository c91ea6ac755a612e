"""Run the main function of a command: what it raises becomes a line on stderr and a status."""

from __future__ import annotations

import functools
import signal
import sys
import traceback
from collections.abc import Callable

from streamwer._util import processes, standard_streams
from streamwer.errors import StreamwerError

UNUSABLE = 2
"""Exit status of an installed command that could not begin its work."""
NOT_COMPARABLE = 3
"""Exit status of every command that was to compare what is not comparable."""


def run_command(main: Callable[[], int], *, status: int = UNUSABLE) -> int:
    """Run `main`; print a user's error as one line on stderr.

    Returns:
        The status of `main`, or `status` for a user's error, or 130 after Ctrl-C, or 143 after a
        request to terminate.
    """
    with standard_streams.tolerate_closed_streams():
        try:
            with processes.raise_on_sigterm(), processes.unify_interrupts():
                return standard_streams.flush_output(main())
        except StreamwerError as error:
            print(f"error: {error}", file=sys.stderr)
            return status
        except KeyboardInterrupt as request:
            ended = processes.get_exit_status(request)
            terminated = ended == 128 + signal.SIGTERM
            print("terminated" if terminated else "interrupted", file=sys.stderr)
            return ended


def run_program(main: Callable[[], int]) -> int:
    """Run the main function of an installed command, whose -h and wrong arguments return, too."""
    try:
        return run_command(main)
    except SystemExit as shown:  # by -h and --version
        return int(shown.code or 0)


def run_gate(main: Callable[[], int]) -> int:
    """Run a gate: whatever goes wrong in it is status 2, never the 1 of a regression."""
    try:
        return run_program(main)
    except Exception:  # noqa: BLE001 - Python's own status for it is 1
        traceback.print_exc()
        return UNUSABLE


def stage_command(main: Callable[[], int]) -> Callable[[], int]:
    """Decorate the main function of a stage: a user's error is one line, and status 1."""

    @functools.wraps(main)
    def run_stage() -> int:
        return run_command(main, status=1)

    return run_stage


def print_warning(text: str) -> None:
    """Print a warning on stderr."""
    print(f"warning: {text}", file=sys.stderr)
