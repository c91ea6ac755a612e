"""Segments of long recordings, without decoding each recording once per segment."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from io import FileIO

import numpy as np

from streamwer import audio
from streamwer._util import disk
from streamwer.audio.decoding import Samples
from streamwer.errors import AudioError, DiskError, StreamwerError

_PIECE = 1 << 16
_WIDTH = np.dtype(np.float32).itemsize
_TOLERANCE_S = 0.1
"""By which an annotated end may lie beyond the end of the audio: annotations are rounded."""

Sound = Callable[[], Iterator[Samples]]


class Cutter:
    """Keeps the recording that was last cut, decoded, on disk; or why it cannot be decoded."""

    def __init__(self) -> None:
        self._name: str | None = None
        self._file: FileIO | None = None
        self._samples = 0
        self._refused: StreamwerError | None = None

    def cut(self, name: str, whole: Sound, begin: float, end: float | None) -> Sound:
        """What gives the samples of a recording from `begin` to `end`, seconds.

        Args:
            name: of the recording.
            whole: what decodes it.
            begin: from 0 on.
            end: the end of the recording if None.
        """
        return partial(self._cut, name, whole, begin, end)

    def _cut(self, name: str, whole: Sound, begin: float, end: float | None) -> Iterator[Samples]:
        file = self._decoded(name, whole)
        length = audio.seconds(self._samples)
        if (end or begin) > length + _TOLERANCE_S:
            raise AudioError(f"its segment ends at {end or begin:g} s, the audio at {length:g} s")
        first = audio.samples(begin)
        last = self._samples if end is None else min(audio.samples(end), self._samples)
        if last <= first:
            raise AudioError(f"its segment from {begin:g} to {end} s is empty")
        for at in range(first, last, _PIECE):
            file.seek(at * _WIDTH)
            yield np.frombuffer(file.read((min(at + _PIECE, last) - at) * _WIDTH), np.float32)

    def _decoded(self, name: str, whole: Sound) -> FileIO:
        file = self._file
        if file is None or self._name != name:
            file = self._emptied()
            self._name = self._refused = None
            try:
                self._samples = _write(whole(), file)
            except DiskError:
                raise
            except StreamwerError as error:
                self._refused = error
            self._name = name
        if self._refused:
            raise self._refused.with_traceback(None)
        return file

    def _emptied(self) -> FileIO:
        """The file, made where there is none yet."""
        with disk.scratch():
            if self._file is None:
                # Without a buffer: what a full disk refuses is not tried again when it is closed.
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
                weakref.finalize(self, self._file.close)
            self._file.seek(0)
            self._file.truncate()
        return self._file


def _write(pieces: Iterator[Samples], file: FileIO) -> int:
    """Write the samples; how many there are."""
    count = 0
    for piece in pieces:
        with disk.scratch():
            disk.write(file.fileno(), piece.tobytes())
        count += piece.size
    return count
