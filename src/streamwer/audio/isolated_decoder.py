"""Decoding in a separate process: a file that crashes the decoder causes one error.

One process decodes file after file; after a crash the next file gets a new process.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

import av
import numpy as np

from streamwer._util import processes
from streamwer.audio import concatenate_pieces, decode_chunks
from streamwer.audio.damage import collect_damage, report_damage
from streamwer.audio.decoding import Samples
from streamwer.errors import AudioError

_PIECE = 1 << 16
"""Samples in one message."""
_END_S = 5.0
# Not `-m`: the messages would be those of `__main__`.
_COMMAND = (sys.executable, "-c", f"from {__name__} import main; main()")


class DecodeRequest(NamedTuple):
    """A file to decode: the arguments of `audio.decode_chunks`."""

    path: Path
    channel: int | None
    contents: bytes | None


class LengthRequest(NamedTuple):
    """A file whose header is to be read."""

    path: Path


@dataclass(frozen=True)
class DecodedPiece:
    """A piece of a file; the last one has no samples, but damage and errors, or a length."""

    piece: Samples | None = None
    damage: tuple[str, ...] = ()
    error: str = ""
    seconds: float = 0.0


class IsolatedDecoder:
    """A process that decodes, started with the first file.

    Args:
        command: the command that runs `main`.
    """

    def __init__(self, command: tuple[str, ...] = _COMMAND) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._free = threading.Lock()

    def decode_chunks(
        self,
        path: Path,
        channel: int | None = None,
        contents: bytes | None = None,
        name: str = "",
    ) -> Iterator[Samples]:
        """Decode a file as `audio.decode_chunks` does.

        Args:
            path: the file.
            channel: the channel to take, from 0 on; the mean of all if None.
            contents: its bytes, where the file is on another machine.
            name: its name in errors and warnings; its path if empty.

        Yields:
            float32 samples at 16 kHz, shape (n,).

        Raises:
            AudioError: as `audio.decode_chunks`, or the process has ended.
        """
        # Absolute: the working directory may change after the process starts.
        request = DecodeRequest(path.absolute(), channel, contents)
        with self._reserve() as decoder:
            yield from decoder._decode(request, name or str(path))

    def load_audio(self, path: Path) -> Samples:
        """Decode a file as `audio.load_audio` does.

        Raises:
            AudioError: as `decode_chunks`.
        """
        return concatenate_pieces(self.decode_chunks(path))

    def read_duration(self, path: Path) -> float:
        """Read the seconds of audio from a file's header, 0 if it does not say; decode nothing."""
        with self._reserve() as decoder:
            try:
                return _request_piece(decoder._start(), LengthRequest(path.absolute())).seconds
            except (EOFError, OSError, pickle.UnpicklingError):
                decoder.close()
                return 0.0

    def close(self) -> None:
        """End the process."""
        if self._process:
            _end_process(self._process)
            self._process = None

    @contextmanager
    def _reserve(self) -> Iterator[IsolatedDecoder]:
        """Reserve this decoder, or a new one while another file is not read to its end."""
        if not self._free.acquire(blocking=False):
            yield IsolatedDecoder(self._command)
            return
        try:
            yield self
        finally:
            self._free.release()

    def _decode(self, request: DecodeRequest, name: str) -> Iterator[Samples]:
        process = self._start()
        try:
            answer = _request_piece(process, request)
            while answer.piece is not None:
                yield answer.piece
                answer = _request_piece(process, None)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_END_S)  # its pipe closes a moment before it is gone
            self.close()
            raise AudioError(f"{name}: its decoder {_describe_end(process)}") from error
        for line in answer.damage:
            report_damage(line.replace(str(request.path), name, 1))
        if answer.error:
            raise AudioError(answer.error.replace(str(request.path), name, 1))

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            paths = os.pathsep.join(filter(None, sys.path))
            with processes.ignore_sigint():
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env={**os.environ, "PYTHONPATH": paths},
                )
            weakref.finalize(self, _end_process, self._process)
        return self._process


def _request_piece(
    process: subprocess.Popen[bytes], request: DecodeRequest | LengthRequest | None
) -> DecodedPiece:
    """Request the first piece of a file, or the next one."""
    requests, answers = process.stdin, process.stdout
    if requests is None or answers is None:
        raise EOFError
    pickle.dump(request, requests)
    requests.flush()
    answer: DecodedPiece = pickle.load(answers)
    return answer


def main() -> None:
    """Serve the parent process over standard input and output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # other output would break the answers
    with suppress(EOFError, BrokenPipeError):
        serve_requests(sys.stdin.buffer, answers)


def serve_requests(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until there are no more.

    After each piece comes a request for the next one, or for another file.

    Args:
        requests: pickled `DecodeRequest`s or `LengthRequest`s; None requests the next piece.
        answers: gets pickled `DecodedPiece`s.
    """
    request = pickle.load(requests)
    while True:
        for answer in _answer(request):
            pickle.dump(answer, answers)
            answers.flush()
            request = pickle.load(requests)
            if request is not None:
                break


def _answer(request: DecodeRequest | LengthRequest) -> Iterator[DecodedPiece]:
    if isinstance(request, LengthRequest):
        yield DecodedPiece(seconds=read_duration(request.path))
        return
    error = ""
    with collect_damage() as damage:
        try:
            for piece in _merge_pieces(decode_chunks(*request)):
                yield DecodedPiece(piece)
        except AudioError as failure:
            error = str(failure)
    yield DecodedPiece(None, tuple(damage), error)


def read_duration(path: Path) -> float:
    """Read the seconds of audio from a file's header in this process, 0 if it does not say."""
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            return max(0.0, (container.duration or 0) / av.time_base)
    except (av.FFmpegError, OSError, ValueError):
        return 0.0


def _merge_pieces(pieces: Iterator[Samples]) -> Iterator[Samples]:
    """Merge pieces into longer ones: each message has a cost."""
    waiting: list[Samples] = []
    for piece in pieces:
        waiting.append(piece)
        if sum(map(np.size, waiting)) >= _PIECE:
            yield concatenate_pieces(waiting)
            waiting = []
    if waiting:
        yield concatenate_pieces(waiting)


def _end_process(process: subprocess.Popen[bytes]) -> None:
    process.kill()  # it has nothing to save
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe:
                pipe.close()


def _describe_end(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"


DECODER = IsolatedDecoder()
"""The shared decoder of this process."""


def load_audio(path: Path | str) -> Samples:
    """Decode a file to mono float32 samples at 16 kHz, shape (n,), values within ±1.

    A process of its own decodes: a file that ends it is an error too.

    Raises:
        AudioError: the file is missing, empty, not audio, broken, or holds NaN or infinity.
    """
    return DECODER.load_audio(Path(path))
