"""`streaming`: from the command line to the transcripts and an exit status."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from streamwer._util import processes, standard_streams
from streamwer.errors import StreamwerError

if TYPE_CHECKING:
    from streamwer.cli.call import Load
    from streamwer.cli.workers import StartWorkers


_LIST_MODELS = "models"
NOT_COMPARABLE = 3
"""Exit status of every command that was to compare what is not comparable."""


def main(
    argv: Sequence[str] | None = None, start: StartWorkers | None = None, load: Load | None = None
) -> int:
    """Transcribe what the command line names, or list the models.

    Args:
        argv: the arguments, those of the process if None.
        start: how workers are made; processes with faster-whisper if None.
        load: how a recogniser for live input is made; faster-whisper if None.

    Returns:
        0 if all was transcribed, 1 if a file failed, 2 if the work could not begin, 130 after
        Ctrl-C and 143 after a request to terminate.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows `?`
    return guarded(lambda: _run(argv, start, load))


def guarded(run: Callable[[], int]) -> int:
    """As `told`, with 2 for a user's error; -h and wrong arguments return, too."""
    try:
        return run_command(run, failed=2)
    except SystemExit as shown:  # by -h and --version
        return int(shown.code or 0)


def run_command(run: Callable[[], int], *, failed: int) -> int:
    """What `run` returns; a user's error is one line on stderr and `failed`.

    Ctrl-C is 130, and a request to terminate 143.
    """
    with standard_streams.kept():
        try:
            with processes.terminable(), processes.interruptible():
                return standard_streams.flushed(run())
        except StreamwerError as error:
            print(f"error: {error}", file=sys.stderr)
            return failed
        except KeyboardInterrupt as request:
            status = processes.status_of(request)
            terminated = status == 128 + signal.SIGTERM
            print("terminated" if terminated else "interrupted", file=sys.stderr)
            return status


def _run(argv: Sequence[str] | None, start: StartWorkers | None, load: Load | None) -> int:
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == [_LIST_MODELS]:  # a file of that name is ./models
        from streamwer.cli import models

        return models.run(words[1:])
    from streamwer.cli.arguments import parse

    arguments = parse(argv)
    if arguments.live:
        from streamwer.cli import call

        return call.run(arguments, arguments.live, load)
    from streamwer.cli.session import run  # only now: help must not wait for audio and models

    return run(arguments, start)
