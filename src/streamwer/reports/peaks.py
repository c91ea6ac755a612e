"""The waveform of a recording as text, small enough for a page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
"""A peak is one of these: the first is silence, the last the recording's loudest sample."""
_MAX_PARTS = 2000


def encode_peaks(samples: NDArray[np.float32], seconds: float, per_second: int = 40) -> str:
    """Encode the peak of each of equal parts as one character, in at most 2,000 parts.

    Args:
        samples: shape (n,), any scale.
        seconds: their duration.
        per_second: parts per second, as long as the maximum is not reached.

    Returns:
        One character of `ALPHABET` per part; "" without samples.
    """
    parts = min(_MAX_PARTS, len(samples), max(1, round(seconds * per_second)))
    if not parts:
        return ""
    edges = np.arange(parts) * len(samples) // parts
    loudest = np.maximum.reduceat(np.abs(samples), edges)
    top = float(loudest.max()) or 1.0
    levels = np.rint(loudest / top * (len(ALPHABET) - 1)).astype(int)
    return "".join(ALPHABET[level] for level in levels)
