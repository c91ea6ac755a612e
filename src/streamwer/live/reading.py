"""What brings audio to a line: a thread, so that a source that stalls keeps nobody waiting."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from streamwer.audio import Samples
from streamwer.errors import AudioError
from streamwer.live.line import Line
from streamwer.live.pcm import blocks

Put = Callable[[Samples], bool]
"""Takes what has arrived; false once nothing more is wanted."""
Bring = Callable[[Put], None]
"""Hands over audio until there is no more or none is wanted; raises AudioError if it cannot."""


def feed(line: Line, bring: Bring) -> threading.Thread:
    """Fill a line from a thread of its own; an error of the source becomes the line's `error`."""

    def work() -> None:
        try:
            bring(line.put)
        except Exception as error:  # noqa: BLE001 - told by who listens, never a gap
            line.end(error)
        else:
            line.end()

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

    def read(count: int) -> bytes:
        try:
            return os.read(descriptor, count)
        except OSError as error:
            raise AudioError(f"{name}: cannot be read ({error.strerror})") from error

    def bring(put: Put) -> None:
        for block in blocks(read, rate, channels, name):
            if not put(block):
                return

    return bring
