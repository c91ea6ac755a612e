"""What brings audio to a line: a thread, so that a source that stalls keeps nobody waiting."""

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
from streamwer.audio.live.live_source import Line
from streamwer.audio.live.pcm import blocks
from streamwer.errors import AudioError

Put = Callable[[Samples], bool]
"""Takes what has arrived; false once no more is wanted than what is there without waiting."""
Bring = Callable[[Put], None]
"""Hands over audio until there is no more, or no more is wanted and none is there; raises
AudioError if it cannot."""
NOTHING = np.zeros(0, np.float32)
"""Asks, when it is put, whether more is wanted."""
_LOOK_S = 0.1
"""How often one who waits for a pipe asks whether more is wanted, seconds."""


def feed(line: Line, bring: Bring) -> threading.Thread:
    """Fill a line from a thread of its own; an error of the source becomes the line's `error`."""

    def work() -> None:
        try:
            bring(line.put)
        except Exception as error:  # noqa: BLE001 - told by who listens, never a gap
            line.end(error)
        else:
            line.end()

    line.fed()
    # A daemon: it may be in the midst of a read that never returns.
    thread = threading.Thread(target=work, name="live audio", daemon=True)
    thread.start()
    return thread


def pipe(descriptor: int, rate: int | None, channels: int | None, name: str) -> Bring:
    """Raw PCM or WAV from an open file; see `pcm.blocks`.

    Args:
        descriptor: of the file; Python's own buffer is passed by, because a thread that is stuck
            in it would hold its lock when the process ends.
    """

    def bring(put: Put) -> None:
        reader = _Reader(descriptor, lambda: put(NOTHING))
        try:
            for block in blocks(reader.read, rate, channels, name):
                put(block)
        except OSError as error:
            raise AudioError(f"{name}: cannot be read ({error.strerror})") from error

    return bring


class _Reader:
    """Reads an open file until it ends, or until no more is wanted; then what is there is read.

    A writer that does not stop must not keep the call from ending: what counts is how much lay in
    the pipe at the moment at which no more was wanted.
    """

    def __init__(self, descriptor: int, wanted: Callable[[], bool]) -> None:
        self._descriptor, self._wanted = descriptor, wanted
        self._left: int | None = None

    def read(self, most: int) -> bytes:
        """Up to so many bytes; none at the end.

        Raises:
            OSError: it cannot be read.
        """
        while self._left is None:
            if not self._wanted():
                self._left = _there(self._descriptor)
            elif select.select([self._descriptor], [], [], _LOOK_S)[0]:
                return os.read(self._descriptor, most)
        found = os.read(self._descriptor, min(most, self._left)) if self._left else b""
        self._left -= len(found)
        return found


def _there(descriptor: int) -> int:
    """How many bytes lie in a pipe; none in a file, which is never waited for."""
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return 0
    count = array.array("i", [0])
    try:
        fcntl.ioctl(descriptor, termios.FIONREAD, count)
    except OSError:  # a device that cannot tell
        return 0
    return max(count[0], 0)
