"""How much memory this process took at most, and since when."""

from __future__ import annotations

import resource
import sys
from contextlib import suppress
from pathlib import Path

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
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 2**20
