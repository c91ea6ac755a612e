"""Processes: names, liveness, peak memory, and the signals SIGINT and SIGTERM."""

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
_sigterm_received = threading.Event()
"""Set by SIGTERM: libraries raise a new KeyboardInterrupt that lacks the signal's number."""
_CLEAR_REFS, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


def reset_peak_memory() -> None:
    """Restart `read_peak_memory_mb` from the current use, which only Linux can."""
    with suppress(OSError):
        _CLEAR_REFS.write_text("5")


def read_peak_memory_mb() -> int:
    """Read the peak resident memory of this process, MB."""
    # Under Linux `getrusage` counts what the parent held when it started this process.
    with suppress(OSError):
        status = dict(
            line.split(":", 1) for line in _STATUS.read_text().splitlines() if ":" in line
        )
        if "VmHWM" in status:
            return int(status["VmHWM"].split()[0]) // 1024
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 2**20


def get_process_name() -> str:
    """Return the name of this process among the hosts that share a folder: "HOST-PID"."""
    return f"{platform.node()}-{os.getpid()}"


def is_stale(process_name: str, modified: float) -> bool:
    """Tell whether a partial file is stale: the process that wrote it has ended.

    A process on another host cannot be checked: its file is stale after a day.

    Args:
        process_name: see `get_process_name`.
        modified: when the file was last written, seconds since the epoch.
    """
    host, _, number = process_name.rpartition("-")
    return not is_alive(number) if host == platform.node() else time.time() - modified > _DAY_S


def is_alive(process: str) -> bool:
    """Tell whether the process with this id runs; a text that is no number names none."""
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def ignore_sigint() -> Iterator[None]:
    """Let processes that are started within the block ignore Ctrl-C: their parent ends them.

    Else each of them prints its stack on the terminal.
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
def raise_on_sigterm() -> Iterator[None]:
    """Raise a KeyboardInterrupt with the signal's number on SIGTERM within the block.

    A process that ignores SIGTERM, or handles it itself, is left as it is.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    _sigterm_received.clear()
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def restore_sigterm_handler() -> Iterator[None]:
    """Restore our handler of SIGTERM after the block: Ray's prints its native stack."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if callable(before):
            signal.signal(signal.SIGTERM, before)


def get_exit_status(interrupt: KeyboardInterrupt) -> int:
    """Return the exit status by which a shell knows the signal that ended a process."""
    if interrupt.args:
        return 128 + int(interrupt.args[0])
    return 128 + (signal.SIGTERM if _sigterm_received.is_set() else signal.SIGINT)


def _interrupt(number: int, _: object) -> None:
    _sigterm_received.set()
    raise KeyboardInterrupt(number)


@contextmanager
def unify_interrupts() -> Iterator[None]:
    """Turn every error that Ctrl-C causes within the block into a KeyboardInterrupt.

    Raises:
        KeyboardInterrupt: also for an error of a library that was interrupted and failed as it
            cleaned up, as OmegaConf may.
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
    """Tell whether Ctrl-C caused an error; an OSError, as of a full disk, counts as its own."""
    while error is not None and not isinstance(error, KeyboardInterrupt | OSError):
        error = error.__cause__ or error.__context__
    return isinstance(error, KeyboardInterrupt)
