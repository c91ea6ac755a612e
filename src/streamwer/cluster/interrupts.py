"""Ctrl-C at a moment when giving up half-way would leave something behind."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def put_off() -> Iterator[None]:
    """Let Ctrl-C wait for the end of the block; a second one does not wait.

    Raises:
        KeyboardInterrupt: it came meanwhile; or twice, at once.
    """
    with _noted(waits=True) as came:
        yield
    if came.is_set():
        raise KeyboardInterrupt


@contextmanager
def kept() -> Iterator[None]:
    """Ctrl-C comes at once, and comes again at the end of the block if that has swallowed it.

    Raises:
        KeyboardInterrupt: it came, whatever the block made of it.
    """
    with _noted(waits=False) as came:
        try:
            yield
        except Exception as error:
            if came.is_set():
                raise KeyboardInterrupt from error
            raise
    if came.is_set():
        raise KeyboardInterrupt


@contextmanager
def _noted(waits: bool) -> Iterator[threading.Event]:
    """Whether Ctrl-C came within the block; the first one `waits`, or is passed on."""
    came = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield came  # only the main thread is interrupted, and not where Ctrl-C is ignored
        return

    def note(number: int, frame: FrameType | None) -> None:
        again = came.is_set()
        came.set()
        if again or not waits:
            before(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, before)
