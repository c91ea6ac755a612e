"""Ctrl-C at a moment when giving up half-way would leave something behind."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def put_off() -> Iterator[None]:
    """Let Ctrl-C wait for the end of the block; a second one does not wait.

    Raises:
        KeyboardInterrupt: it came meanwhile; or twice, at once.
    """
    with _noted(lambda again: again) as came:
        yield
    if came.is_set():
        raise KeyboardInterrupt


@contextmanager
def not_lost(at_once: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Ctrl-C comes at once, and comes again at the end of the block if that has swallowed it.

    Args:
        at_once: whether it may come at this moment; otherwise it waits for the end of the block.

    Raises:
        KeyboardInterrupt: it came, whatever the block made of it.
    """
    with _noted(lambda again: at_once()) as came:
        try:
            yield
        except Exception as error:
            if came.is_set():
                raise KeyboardInterrupt from error
            raise
    if came.is_set():
        raise KeyboardInterrupt


@contextmanager
def _noted(passes: Callable[[bool], bool]) -> Iterator[threading.Event]:
    """Whether Ctrl-C came within the block; what `passes`, the first one or again, is passed on."""
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
