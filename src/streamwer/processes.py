"""Other processes on this machine."""

from __future__ import annotations

import os


def alive(process: str) -> bool:
    """Whether the process of that number still runs; what is no number never did."""
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
