"""Standard output and error of a command: a reader that has gone changes no exit status.

With Python's own streams `streaming-gate … | head` ends with 1, which means a regression.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from streamwer.errors import DiskError


@contextmanager
def tolerate_closed_streams() -> Iterator[None]:
    """Discard output that nobody reads any more, and open streams that are closed.

    Raises:
        DiskError: standard output is a file that cannot be written.
    """
    _open_missing_streams()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (
        _wrap_stream(before[0], lossless=True),
        _wrap_stream(before[1], lossless=False),
    )
    try:
        yield
    finally:
        with suppress(DiskError):  # raised by the command's own `flush_output`
            flush_output(0)
        sys.stdout, sys.stderr = before


def flush_output(status: int) -> int:
    """Flush standard output and return the exit status.

    Raises:
        DiskError: it cannot be written.
    """
    sys.stdout.flush()
    return status


class _Raw(io.FileIO):
    """An open file that discards everything once a write has failed."""

    def __init__(self, number: int, lossless: bool) -> None:
        super().__init__(number, "w", closefd=False)
        self._lossless = lossless

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if self._lossless and not isinstance(error, BrokenPipeError):
                raise DiskError(f"standard output: cannot be written ({error.strerror})") from error
            return memoryview(data).nbytes


def _wrap_stream(stream: TextIO, *, lossless: bool) -> TextIO:
    if type(stream) is not io.TextIOWrapper:  # a stand-in of a test
        return stream
    stream.flush()
    raw = _Raw(stream.fileno(), lossless)
    return io.TextIOWrapper(
        raw if stream.write_through else io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _open_missing_streams() -> None:
    """Open streams that are closed: the next file that is opened would get their number.

    Then messages of a library would go into that file.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest number is free
        if getattr(sys, name) is None and number:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - until the end
