"""Standard output and error of a command: whoever has ceased to read them changes no exit status.

Left to Python, `streaming-gate … | head` ends with 1, which is its word for a regression.
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
def kept() -> Iterator[None]:
    """Within the block what nobody reads any more goes nowhere, and one that is closed is there.

    Raises:
        DiskError: by any write to standard output: it is a file, and cannot be written.
    """
    _open_closed()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _kept(before[0], lossless=True), _kept(before[1], lossless=False)
    try:
        yield
    finally:
        with suppress(DiskError):  # told by `flushed`, unless another error came first
            flushed(0)
        sys.stdout, sys.stderr = before


def flushed(status: int) -> int:
    """The status itself, of a command whose output has all gone where it is to go.

    Raises:
        DiskError: it cannot be written.
    """
    sys.stdout.flush()
    return status


class _Raw(io.FileIO):
    """An open file that goes nowhere from the first write on that failed."""

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


def _kept(stream: TextIO, *, lossless: bool) -> TextIO:
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


def _open_closed() -> None:
    """The number of one that is closed would be that of the next file that is opened.

    Then a message of a library's would be a part of what that file holds.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest number is free
        if getattr(sys, name) is None and number:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - until the end
