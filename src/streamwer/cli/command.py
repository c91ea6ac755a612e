"""`streaming`: call the command that is named, or transcribe."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from streamwer.cli.commands import COMMANDS, RUN, load_command
from streamwer.cli.common.run_command import run_program

if TYPE_CHECKING:
    from streamwer.cli.call import Load
    from streamwer.cli.workers import StartWorkers


def main(
    argv: Sequence[str] | None = None, start: StartWorkers | None = None, load: Load | None = None
) -> int:
    """Run the command that the first argument names; without one, transcribe.

    Args:
        argv: the arguments, those of the process if None.
        start: how workers are made; processes with faster-whisper if None.
        load: how a recogniser for live input is made; faster-whisper if None.

    Returns:
        The exit status of the command. Of a transcription: 0 if all was transcribed, 1 if a file
        failed, 2 if the work could not begin, 130 after Ctrl-C and 143 after a request to
        terminate.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows `?`
    words = list(sys.argv[1:] if argv is None else argv)
    name = words.pop(0) if words and words[0] in COMMANDS else RUN
    if name != RUN:
        return load_command(name)(words)
    return run_program(lambda: _transcribe(words, start, load))


def _transcribe(words: Sequence[str], start: StartWorkers | None, load: Load | None) -> int:
    asked = next((at for at, word in enumerate(words) if word in ("-h", "--help")), None)
    if asked is not None:
        from streamwer.cli import short_help

        return short_help.print_help(words[asked + 1 :])
    from streamwer.cli.arguments import parse_arguments

    arguments = parse_arguments(words)
    if arguments.live:
        from streamwer.cli import call

        return call.run_call(arguments, arguments.live, load)
    from streamwer.cli.session import (
        transcribe_files,  # only now: help must not wait for audio and models
    )

    return transcribe_files(arguments, start)
