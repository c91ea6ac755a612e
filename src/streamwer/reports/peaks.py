"""A recording's wave form, small enough for a page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
"""A peak is one of these: the first is silence, the last the recording's loudest sample."""
_MOST = 2000


def peaks(samples: NDArray[np.float32], seconds: float, per_second: int = 40) -> str:
    """The loudest sample of each of equal parts, one character a part, 2,000 parts at most.

    Args:
        samples: shape (n,), any scale.
        seconds: their length.
        per_second: parts per second, until there would be too many.
    """
    parts = min(_MOST, len(samples), max(1, round(seconds * per_second)))
    if not parts:
        return ""
    edges = np.arange(parts) * len(samples) // parts
    loudest = np.maximum.reduceat(np.abs(samples), edges)
    top = float(loudest.max()) or 1.0
    levels = np.rint(loudest / top * (len(ALPHABET) - 1)).astype(int)
    return "".join(ALPHABET[level] for level in levels)
