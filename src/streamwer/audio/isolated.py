"""Decoding in a process of its own: a file that ends its process costs one error, and no run.

One process decodes file after file; where one ends it, the next file gets a new one.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import weakref
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from streamwer._util import processes
from streamwer.audio import chunks, joined
from streamwer.audio.damage import collect_damage, report_damage
from streamwer.audio.decoding import Samples
from streamwer.errors import AudioError

_PIECE = 1 << 16
"""Samples that are sent at once."""
_END_S = 5.0
# Not `-m`: the messages would be those of `__main__`.
_COMMAND = (sys.executable, "-c", f"from {__name__} import main; main()")


class Request(NamedTuple):
    """A file to decode, with the arguments of `chunks`."""

    path: Path
    channel: int | None
    contents: bytes | None


@dataclass(frozen=True)
class Decoded:
    """A piece of a file; the last one is empty, and says what is wrong with the file."""

    piece: Samples | None = None
    damage: tuple[str, ...] = ()
    error: str = ""


class Decoder:
    """A process that decodes, begun when the first file comes.

    Args:
        command: what runs `main`.
    """

    def __init__(self, command: tuple[str, ...] = _COMMAND) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._busy = False

    def chunks(
        self,
        path: Path,
        channel: int | None = None,
        contents: bytes | None = None,
        name: str = "",
    ) -> Iterator[Samples]:
        """Decode a file as `audio.chunks` does.

        Args:
            path: the file.
            channel: the one to take, from 0 on; the mean of all if None.
            contents: of the file, where it lies on another machine.
            name: of the file in errors and warnings; its path if empty.

        Raises:
            AudioError: as `audio.chunks`, or its process has ended.
        """
        request = Request(path, channel, contents)
        name = name or str(path)
        if self._busy:  # with a file that is not read to its end yet
            yield from Decoder(self._command)._decode(request, name)
            return
        self._busy = True
        try:
            yield from self._decode(request, name)
        finally:
            self._busy = False

    def close(self) -> None:
        """End the process."""
        if self._process:
            _end(self._process)
            self._process = None

    def _decode(self, request: Request, name: str) -> Iterator[Samples]:
        process = self._start()
        try:
            answer = _ask(process, request)
            while answer.piece is not None:
                yield answer.piece
                answer = _ask(process, None)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_END_S)  # its pipe closes a moment before it is gone
            self.close()
            raise AudioError(f"{name}: its decoder {_tell_end(process)}") from error
        for line in answer.damage:
            report_damage(line.replace(str(request.path), name, 1))
        if answer.error:
            raise AudioError(answer.error.replace(str(request.path), name, 1))

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            paths = os.pathsep.join(filter(None, sys.path))
            with processes.deaf():
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env={**os.environ, "PYTHONPATH": paths},
                )
            weakref.finalize(self, _end, self._process)
        return self._process


def _ask(process: subprocess.Popen[bytes], request: Request | None) -> Decoded:
    """Ask for the first piece of a file, or for the next one."""
    asking, answers = process.stdin, process.stdout
    if asking is None or answers is None:
        raise EOFError
    pickle.dump(request, asking)
    asking.flush()
    answer: Decoded = pickle.load(answers)
    return answer


def main() -> None:
    """Decode for whoever began this process, over its standard input and output."""
    answering = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed would break the answers
    with suppress(EOFError, BrokenPipeError):
        serve(sys.stdin.buffer, answering)


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Decode what is asked for until nobody asks any more.

    After each piece the next one is asked for, or another file: nobody may want the rest.
    """
    request = pickle.load(requests)
    while True:
        answering = _decode(request)
        for answer in answering:
            pickle.dump(answer, answers)
            answers.flush()
            request = pickle.load(requests)
            if request is not None:
                break


def _decode(request: Request) -> Iterator[Decoded]:
    error = ""
    with collect_damage() as damage:
        try:
            for piece in _gather(chunks(*request)):
                yield Decoded(piece)
        except AudioError as failure:
            error = str(failure)
    yield Decoded(None, tuple(damage), error)


def _gather(pieces: Iterator[Samples]) -> Iterator[Samples]:
    """Gather pieces to longer ones: a message takes longer than its samples."""
    waiting: list[Samples] = []
    for piece in pieces:
        waiting.append(piece)
        if sum(map(np.size, waiting)) >= _PIECE:
            yield joined(waiting)
            waiting = []
    if waiting:
        yield joined(waiting)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()  # it holds nothing that a gentler end would save
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe:
                pipe.close()


def _tell_end(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"


DECODER = Decoder()
"""The one of this process."""
