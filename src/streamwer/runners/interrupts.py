"""Handle Ctrl-C where stopping half-way would leave something behind."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def defer_interrupt() -> Iterator[None]:
    """Defer Ctrl-C to the end of the block; a second one stops at once.

    Raises:
        KeyboardInterrupt: Ctrl-C came within the block.
    """
    with _note_interrupt(lambda again: again) as came:
        yield
    if came.is_set():
        raise KeyboardInterrupt


@contextmanager
def reraise_interrupt(at_once: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Raise Ctrl-C again at the end of the block, in case the block has swallowed it.

    Args:
        at_once: tells whether it may interrupt now; otherwise it waits for the end of the block.

    Raises:
        KeyboardInterrupt: Ctrl-C came within the block.
    """
    with _note_interrupt(lambda again: at_once()) as came:
        try:
            yield
        except Exception as error:
            if came.is_set():
                raise KeyboardInterrupt from error
            raise
    if came.is_set():
        raise KeyboardInterrupt


@contextmanager
def _note_interrupt(passes: Callable[[bool], bool]) -> Iterator[threading.Event]:
    """Note Ctrl-C within the block, and pass it on where `passes(repeated)` is true."""
    came = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield came  # only the main thread is interrupted, and not where Ctrl-C is ignored
        return

    def note(number: int, frame: FrameType | None) -> None:
        now = passes(came.is_set())
        came.set()
        if now:
            before(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, before)
