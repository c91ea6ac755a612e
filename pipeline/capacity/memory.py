"""How much memory this process took at most, and since when."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from streamwer import processes

_RESET, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


def reset() -> None:
    """Forget the peak so far, where the system can: under Linux."""
    with suppress(OSError):
        _RESET.write_text("5")


def peak_mb() -> int:
    """The peak since `reset`, or where that could do nothing since the process began; MB."""
    with suppress(OSError):
        told = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines() if ":" in line)
        if "VmHWM" in told:
            return int(told["VmHWM"].split()[0]) // 1024
    return processes.peak_mb()
