"""Segments of long recordings, without decoding each recording once per segment."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from functools import partial
from io import FileIO

import numpy as np

from streamwer import audio
from streamwer._util import disk
from streamwer.audio.decoding import Samples
from streamwer.datasets.rows import OpenAudio
from streamwer.errors import AudioError, DiskError, StreamwerError

_PIECE = 1 << 16
_WIDTH = np.dtype(np.float32).itemsize
_TOLERANCE_S = 0.1
"""By which an annotated end may lie beyond the end of the audio: annotations are rounded."""


class SegmentReader:
    """Reads segments of long recordings; the last recording is kept decoded on disk."""

    def __init__(self) -> None:
        self._name: str | None = None
        self._file: FileIO | None = None
        self._samples = 0
        self._error: StreamwerError | None = None

    def open_segment(
        self, name: str, whole: OpenAudio, begin: float, end: float | None
    ) -> OpenAudio:
        """Return a function that decodes a segment of a recording.

        Args:
            name: of the recording.
            whole: decodes the recording.
            begin: of the segment, seconds from 0 on.
            end: seconds; the end of the recording if None.
        """
        return partial(self._read_segment, name, whole, begin, end)

    def _read_segment(
        self, name: str, whole: OpenAudio, begin: float, end: float | None
    ) -> Iterator[Samples]:
        file = self._decode_to_file(name, whole)
        length = audio.samples_to_seconds(self._samples)
        if (end or begin) > length + _TOLERANCE_S:
            raise AudioError(f"its segment ends at {end or begin:g} s, the audio at {length:g} s")
        first = audio.seconds_to_samples(begin)
        last = self._samples if end is None else min(audio.seconds_to_samples(end), self._samples)
        if last <= first:
            raise AudioError(f"its segment from {begin:g} to {end} s is empty")
        for at in range(first, last, _PIECE):
            file.seek(at * _WIDTH)
            yield np.frombuffer(file.read((min(at + _PIECE, last) - at) * _WIDTH), np.float32)

    def _decode_to_file(self, name: str, whole: OpenAudio) -> FileIO:
        file = self._file
        if file is None or self._name != name:
            file = self._empty_file()
            self._name = self._error = None
            try:
                self._samples = _write_samples(whole(), file)
            except DiskError:
                raise
            except StreamwerError as error:
                self._error = error
            self._name = name
        if self._error:
            raise self._error.with_traceback(None)
        return file

    def _empty_file(self) -> FileIO:
        """Empty the file, or create it."""
        with disk.explain_scratch_errors():
            if self._file is None:
                # Without a buffer: what a full disk refuses is not tried again when it is closed.
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
                weakref.finalize(self, self._file.close)
            self._file.seek(0)
            self._file.truncate()
        return self._file


def _write_samples(pieces: Iterator[Samples], file: FileIO) -> int:
    """Write the samples and return how many there are."""
    count = 0
    for piece in pieces:
        with disk.explain_scratch_errors():
            disk.write_all(file.fileno(), piece.tobytes())
        count += piece.size
    return count
