"""Segments of long recordings, without decoding each recording once per segment."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO

import numpy as np

from streamwer import audio
from streamwer.audio import Samples
from streamwer.errors import AudioError

_PIECE = 1 << 16
_WIDTH = np.dtype(np.float32).itemsize
_TOLERANCE_S = 0.1
"""By which an annotated end may lie beyond the end of the audio: annotations are rounded."""

Sound = Callable[[], Iterator[Samples]]


class Cutter:
    """Keeps the recording that was last cut, decoded, on disk."""

    def __init__(self) -> None:
        self._name: str | None = None
        self._file: IO[bytes] | None = None
        self._samples = 0

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

    def _decoded(self, name: str, whole: Sound) -> IO[bytes]:
        if self._file is not None and self._name == name:
            return self._file
        if self._file is not None:
            self._file.close()
        self._name = None
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._samples = 0
        for piece in whole():
            self._file.write(piece.tobytes())
            self._samples += piece.size
        self._name = name
        return self._file
