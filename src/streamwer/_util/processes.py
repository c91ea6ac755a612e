"""Processes: their names, whether another one lives, what this one took, whom Ctrl-C reaches."""

from __future__ import annotations

import os
import platform
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_DAY_S = 86_400.0
_came = threading.Event()
"""Whether a request to terminate came: libraries raise an interrupt anew, without its number."""
_FORGET, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


def forget_peak() -> None:
    """Have `peak_mb` tell of what comes from now on, where the system can: under Linux."""
    with suppress(OSError):
        _FORGET.write_text("5")


def peak_mb() -> int:
    """The most memory that this process ever held at once, MB."""
    # Under Linux `getrusage` counts what the parent held when it started this process.
    with suppress(OSError):
        told = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines() if ":" in line)
        if "VmHWM" in told:
            return int(told["VmHWM"].split()[0]) // 1024
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 2**20


def name() -> str:
    """Of this process, among those of all hosts that share a folder: "HOST-NUMBER"."""
    return f"{platform.node()}-{os.getpid()}"


def left(named: str, written: float) -> bool:
    """Whether what a process began to write is left over: the process has ended.

    Of a process on another host nobody here can tell: what it wrote is left over after a day.

    Args:
        named: its `name`.
        written: when it last wrote, seconds since the epoch.
    """
    host, _, number = named.rpartition("-")
    return not alive(number) if host == platform.node() else time.time() - written > _DAY_S


def alive(process: str) -> bool:
    """Whether the process of that number still runs; what is no number never did."""
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def deaf() -> Iterator[None]:
    """What is started within the block does not hear Ctrl-C: whoever started it ends it.

    Else each of them says on the terminal that it was interrupted, with its stack.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


@contextmanager
def terminable() -> Iterator[None]:
    """Within the block a request to terminate is a KeyboardInterrupt that holds its number.

    Not where the process was told to ignore it, or has a handler of its own.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    _came.clear()
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def own_sigterm() -> Iterator[None]:
    """Keep our handler of a request to terminate: Ray's prints its native stack."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if callable(before):
            signal.signal(signal.SIGTERM, before)


def status_of(request: KeyboardInterrupt) -> int:
    """The exit status that tells a shell which signal ended a process."""
    if request.args:
        return 128 + int(request.args[0])
    return 128 + (signal.SIGTERM if _came.is_set() else signal.SIGINT)


def _interrupt(number: int, _: object) -> None:
    _came.set()
    raise KeyboardInterrupt(number)


@contextmanager
def interruptible() -> Iterator[None]:
    """Within the block Ctrl-C is a KeyboardInterrupt and nothing else, and it is over when caught.

    Raises:
        KeyboardInterrupt: for an error of a library that Ctrl-C has broken off, and that failed as
            it tidied up, as OmegaConf may.
    """
    try:
        yield
    except Exception as error:
        if _is_interrupt(error):
            raise KeyboardInterrupt from error
        raise
    finally:
        # With `-m` Python ends by the signal, whoever caught it, where it came within an `exec` of
        # a text; dataclasses are made so, as modules are imported. The next text lets it forget.
        exec("")


def _is_interrupt(error: BaseException | None) -> bool:
    """An error of the system, as of a disk that is full when work is kept, is to be told."""
    while error is not None and not isinstance(error, KeyboardInterrupt | OSError):
        error = error.__cause__ or error.__context__
    return isinstance(error, KeyboardInterrupt)
