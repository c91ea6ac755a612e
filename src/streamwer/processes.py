"""Processes on this machine: whether another one lives, and what this one took."""

from __future__ import annotations

import os
import resource
import sys


def peak_mb() -> int:
    """The most memory that this process ever held at once, MB."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 2**20


def alive(process: str) -> bool:
    """Whether the process of that number still runs; what is no number never did."""
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
