"""Producers of live audio, and the thread in which one fills a source."""

from __future__ import annotations

import array
import fcntl
import os
import select
import stat
import termios
import threading
from collections.abc import Callable

import numpy as np

from streamwer.audio.decoding import Samples
from streamwer.audio.live.live_source import LiveSource
from streamwer.audio.live.pcm import decode_pcm
from streamwer.errors import AudioError

AppendAudio = Callable[[Samples], bool]
"""Takes audio; returns false once only what is there without waiting is wanted."""
AudioProducer = Callable[[AppendAudio], None]
"""Delivers audio until it ends, or until no more is wanted and none is there.

It raises AudioError if it cannot."""
NO_AUDIO = np.zeros(0, np.float32)
"""Appended to ask whether more is wanted."""
_POLL_S = 0.1
"""How often a thread that waits for a pipe asks whether more is wanted, seconds."""


def start_feed(source: LiveSource, produce: AudioProducer) -> threading.Thread:
    """Fill a source in a thread, so that a device that stalls blocks nothing else.

    An error of the producer becomes the source's `error`.
    """

    def work() -> None:
        try:
            produce(source.append)
        except Exception as error:  # noqa: BLE001 - the reader reports it
            source.finish(error)
        else:
            source.finish()

    source.expect_feed()
    # A daemon: its read may never return.
    thread = threading.Thread(target=work, name="live audio", daemon=True)
    thread.start()
    return thread


def open_pipe(descriptor: int, rate: int | None, channels: int | None, name: str) -> AudioProducer:
    """Return a producer of raw PCM or WAV from an open file.

    Args:
        descriptor: of the file. Python's buffer is not used: a thread that is stuck in it would
            hold its lock when the process ends.
        rate, channels: as for `decode_pcm`.
        name: for errors.
    """

    def produce(append: AppendAudio) -> None:
        reader = _Reader(descriptor, lambda: append(NO_AUDIO))
        try:
            for block in decode_pcm(reader.read, rate, channels, name):
                append(block)
        except OSError as error:
            raise AudioError(f"{name}: cannot be read ({error.strerror})") from error

    return produce


class _Reader:
    """Reads an open file until it ends, or until no more is wanted; then it reads what is there.

    A writer that never stops must not prolong the call: only the bytes that were in the pipe when
    no more was wanted are read.
    """

    def __init__(self, descriptor: int, wanted: Callable[[], bool]) -> None:
        self._descriptor, self._wanted = descriptor, wanted
        self._left: int | None = None

    def read(self, most: int) -> bytes:
        """Read up to `most` bytes; none at the end.

        Raises:
            OSError: it cannot be read.
        """
        while self._left is None:
            if not self._wanted():
                self._left = _count_available_bytes(self._descriptor)
            elif select.select([self._descriptor], [], [], _POLL_S)[0]:
                return os.read(self._descriptor, most)
        rest = os.read(self._descriptor, min(most, self._left)) if self._left else b""
        self._left -= len(rest)
        return rest


def _count_available_bytes(descriptor: int) -> int:
    """Count the bytes in a pipe; 0 for a regular file, whose reads never wait."""
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return 0
    count = array.array("i", [0])
    try:
        fcntl.ioctl(descriptor, termios.FIONREAD, count)
    except OSError:  # a device without this request
        return 0
    return max(count[0], 0)
