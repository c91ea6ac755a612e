"""`streaming`: from the command line to the transcripts and an exit status."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from streamwer.errors import StreamwerError

if TYPE_CHECKING:
    from streamwer.cli.workers import StartWorkers


def main(argv: Sequence[str] | None = None, start: StartWorkers | None = None) -> int:
    """Transcribe what the command line names.

    Args:
        argv: the arguments, those of the process if None.
        start: how workers are made; processes with faster-whisper if None.

    Returns:
        0 if every file was transcribed, 1 if one failed, 2 if the work could not begin, and
        130 after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows `?`
    return guarded(lambda: _run(argv, start))


def guarded(run: Callable[[], int]) -> int:
    """What `run` returns; a user's error is one line on stderr and 2, Ctrl-C is 130."""
    try:
        return run()
    except StreamwerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except SystemExit as shown:  # by -h and --version
        return int(shown.code or 0)


def _run(argv: Sequence[str] | None, start: StartWorkers | None) -> int:
    from streamwer.cli.arguments import parse

    arguments = parse(argv)
    from streamwer.cli.session import run  # only now: help must not wait for audio and models

    return run(arguments, start)
