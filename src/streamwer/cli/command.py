"""`streaming`: from the command line to the transcripts and an exit status."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from streamwer.cli.common.run_command import run_program

if TYPE_CHECKING:
    from streamwer.cli.call import Load
    from streamwer.cli.workers import StartWorkers


_LIST_MODELS = "models"


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
    return run_program(lambda: _run(argv, start, load))


def _run(argv: Sequence[str] | None, start: StartWorkers | None, load: Load | None) -> int:
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == [_LIST_MODELS]:  # a file of that name is ./models
        from streamwer.cli import models

        return models.print_models(words[1:])
    from streamwer.cli.arguments import parse_arguments

    arguments = parse_arguments(argv)
    if arguments.live:
        from streamwer.cli import call

        return call.run_call(arguments, arguments.live, load)
    from streamwer.cli.session import (
        transcribe_files,  # only now: help must not wait for audio and models
    )

    return transcribe_files(arguments, start)
